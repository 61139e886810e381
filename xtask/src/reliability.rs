//! `cargo xtask reliability`: much goes wrong at once, and what becomes of the logins is counted.

mod answer;
mod cache;
mod dice;
mod faults;
mod login;
mod page;
mod places;
mod points;
mod race;
mod random_kills;
mod rig;
mod row;
mod rows;
mod side_by_side;
mod tally;

use rig::Rig;
use rows::Rows;

use crate::terminal::{Failure, say};

/// Which experiments, and how much of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this experiment; can be repeated.
    #[arg(long, value_name = "EXPERIMENT")]
    only: Vec<String>,
    /// Name the experiments, and run none.
    #[arg(long)]
    list: bool,
    /// About a tenth of the runs.
    #[arg(long)]
    quick: bool,
    /// Write `docs/reliability.md` too.
    #[arg(long, conflicts_with_all = ["only", "quick", "list"])]
    bless: bool,
}

/// A question, and the runs that answer it.
struct Experiment {
    name: &'static str,
    /// What is asked, as the heading of the page has it.
    question: &'static str,
    /// What is done, what is a failure, and what the control leaves out.
    method: &'static str,
    run: fn(&Rig, &mut Rows) -> Result<(), Failure>,
}

/// Runs the experiments; fails if one shows what must not be, or if a control shows nothing.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let chosen = chosen(&args.only)?;
    if args.list {
        for experiment in chosen {
            say(format_args!(
                "{:<8} {}",
                experiment.name, experiment.question
            ));
        }
        return Ok(());
    }
    let rig = Rig::built(args.quick)?;
    let mut rows = Rows::default();
    for experiment in &chosen {
        say(format_args!(
            "\n{}: {}",
            experiment.name, experiment.question
        ));
        rows.of(experiment.name);
        if let Err(failure) = (experiment.run)(&rig, &mut rows) {
            rows.broke_off(&failure);
        }
    }
    rows.save(&rig.folder)?;
    page::write(&rig, &chosen, &rows, args.bless)?;
    rows.verdict()
}

fn chosen(only: &[String]) -> Result<Vec<&'static Experiment>, Failure> {
    let unknown = |name: &&String| !EXPERIMENTS.iter().any(|it| it.name == name.as_str());
    if let Some(name) = only.iter().find(unknown) {
        return Err(Failure::new(format!(
            "no experiment is called `{name}`; see --list"
        )));
    }
    let named = |it: &&Experiment| only.is_empty() || only.iter().any(|name| name == it.name);
    Ok(EXPERIMENTS.iter().filter(named).collect())
}

static EXPERIMENTS: [Experiment; 6] = [
    race::EXPERIMENT,
    points::EXPERIMENT,
    random_kills::EXPERIMENT,
    faults::EXPERIMENT,
    places::EXPERIMENT,
    side_by_side::EXPERIMENT,
];
