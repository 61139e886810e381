//! Advice for a terminal that is not on the machine of the browser.

use lakekey::{Attempt, Environment};

use crate::machine::Machine;
use crate::output;
use crate::render::HINT;

/// Says how the browser of the person's own computer can come back here.
pub(super) fn advise(attempt: &Attempt, machine: &Machine) {
    let port = attempt
        .redirect_uri()
        .rsplit(':')
        .next()
        .unwrap_or_default();
    if let Some(advice) = advice(&machine.environment, port).filter(|_| attempt.listening()) {
        output::talk(format_args!("{HINT}hint{HINT:#}: {advice}"));
    }
}

fn advice(environment: &Environment, port: &str) -> Option<String> {
    let get = |name| environment.get(name).ok().flatten();
    let is_remote = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"]
        .iter()
        .any(|name| get(name).is_some());
    if is_remote {
        let user = get("USER").unwrap_or("<USER>");
        // Client address, its port, server address, its port.
        let server = get("SSH_CONNECTION")
            .and_then(|text| text.split_whitespace().nth(2))
            .unwrap_or("<SERVER>");
        return Some(format!(
            "this is a remote session; for the browser of your own computer, run there\n\
             \x20     ssh -L {port}:localhost:{port} {user}@{server}"
        ));
    }
    let is_container = ["REMOTE_CONTAINERS", "CODESPACES", "container"]
        .iter()
        .any(|name| get(name).is_some());
    is_container.then(|| format!("this is a container; forward its port {port} to your own computer, or paste the address"))
}

#[cfg(test)]
mod tests {
    use super::{Environment, advice};

    #[test]
    fn a_remote_session_gets_the_command_for_its_own_address() {
        let environment = Environment::from([
            ("SSH_CONNECTION", "10.0.0.9 50000 10.0.0.7 22"),
            ("USER", "ada"),
        ]);
        assert!(
            advice(&environment, "8021")
                .is_some_and(|text| text.ends_with("ssh -L 8021:localhost:8021 ada@10.0.0.7"))
        );
        let environment = Environment::from([("SSH_TTY", "/dev/pts/0")]);
        assert!(advice(&environment, "8020").is_some_and(|text| text.ends_with("<USER>@<SERVER>")));
    }

    #[test]
    fn at_home_there_is_nothing_to_say() {
        assert_eq!(advice(&Environment::default(), "8020"), None);
    }
}
