//! A journey as a sequence diagram, and the same as a list for those who cannot see one.

use std::fmt::Write;

use super::cites::cited;
use crate::journey::{Journey, Lane, Message, Style};
use crate::report::escaped;

/// The diagram with its list.
pub(super) fn of(journey: &Journey) -> String {
    format!(
        "<div class=\"drawing\">{}</div>{}",
        picture(journey),
        list(journey)
    )
}

/// The list alone, where there is no room for pictures.
pub(super) fn list(journey: &Journey) -> String {
    let items: String = journey.messages.iter().map(item).collect();
    format!(
        "<details class=\"told\"><summary>as text</summary><ol>{items}</ol>{}</details>",
        more(journey)
    )
}

fn picture(journey: &Journey) -> String {
    let lanes = journey.lanes();
    let stage = Stage::of(&lanes);
    let height = TOP + ROW * journey.messages.len() + BOTTOM;
    let mut drawing = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Sequence of \
         {count} messages; told as text below\">",
        width = stage.width,
        count = journey.messages.len(),
    );
    for lane in &lanes {
        drawing += &stage.head(*lane, height);
    }
    for (index, message) in journey.messages.iter().enumerate() {
        drawing += &stage.arrow(message, TOP + ROW * (index + 1));
    }
    drawing + "</svg>" + &more(journey)
}

fn more(journey: &Journey) -> String {
    if journey.more == 0 {
        return String::new();
    }
    format!("<p class=\"more\">and {} more requests</p>", journey.more)
}

fn item(message: &Message) -> String {
    let Message {
        from,
        to,
        label,
        detail,
        ..
    } = message;
    let mut item = format!(
        "<li><b>{} → {}</b> {}",
        from.name(),
        to.name(),
        escaped(&repeated(message, label))
    );
    if !detail.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(item, " <span>{}</span>", escaped(detail));
    }
    if let Some(id) = message.rule {
        let rule = lakekey_mock::rules().iter().find(|rule| rule.id == id);
        let cites = rule.map_or_else(String::new, |rule| cited(rule.cites));
        let _ = write!(item, " <em>refused by <code>{id}</code></em> {cites}");
    }
    item + "</li>"
}

fn repeated(message: &Message, text: &str) -> String {
    match message.times {
        1 => text.to_owned(),
        times => format!("{text} × {times}"),
    }
}

/// Where the lanes are, in pixels.
struct Stage {
    lanes: Vec<(Lane, usize)>,
    width: usize,
}

impl Stage {
    fn of(lanes: &[Lane]) -> Self {
        let mut right = MARGIN;
        let mut placed: Vec<(Lane, usize)> = Vec::with_capacity(lanes.len());
        for lane in lanes {
            if !placed.is_empty() {
                right += room_before(*lane);
            }
            placed.push((*lane, right));
        }
        Self {
            lanes: placed,
            width: right + MARGIN,
        }
    }

    fn at(&self, lane: Lane) -> usize {
        let found = self.lanes.iter().find(|(known, _)| *known == lane);
        found.map_or(MARGIN, |(_, at)| *at)
    }

    /// The name of a lane, and the line below it.
    fn head(&self, lane: Lane, height: usize) -> String {
        let at = self.at(lane);
        let (class, left, bottom) = (class_of(lane), at - HEAD / 2, height - 6);
        format!(
            "<path class=\"life\" d=\"M{at} 30V{bottom}\"/><rect class=\"{class}\" x=\"{left}\" y=\"6\" width=\"{HEAD}\" \
             height=\"24\" rx=\"6\"/><text class=\"who\" x=\"{at}\" y=\"22\">{}</text>",
            lane.name(),
        )
    }

    fn arrow(&self, message: &Message, y: usize) -> String {
        let (from, to) = (self.at(message.from), self.at(message.to));
        let (middle, length) = (usize::midpoint(from, to), from.abs_diff(to));
        // The tip touches the line; a broken arrow never comes that far.
        let (tip, back) = if to > from {
            (to - 2, "-7")
        } else {
            (to + 2, "7")
        };
        let (tip, head) = if message.style == Style::Broken {
            (
                usize::midpoint(middle, to),
                "m-4 -4l8 8m0 -8l-8 8".to_owned(),
            )
        } else {
            (tip, format!("l{back} -4v8z"))
        };
        let label = repeated(message, &message.label);
        let shown = shortened(&label, length.saturating_sub(2 * AIR) * 10 / TEN_LETTERS);
        let title = if shown == label {
            String::new()
        } else {
            format!("<title>{}</title>", escaped(&label))
        };
        format!(
            "<g class=\"{}\">{title}<path class=\"line\" d=\"M{from} {y}H{tip}\"/><path class=\"tip\" d=\"M{tip} {y}{head}\"/>\
             <text x=\"{middle}\" y=\"{}\">{}</text></g>",
            style_of(message),
            y - 6,
            escaped(&shown),
        )
    }
}

fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    kept + "…"
}

/// How far a lane is from the one to its left: most is said between a client and the issuer.
fn room_before(lane: Lane) -> usize {
    match lane {
        Lane::Issuer(0) => 430,
        Lane::Lakekey => 180,
        Lane::Api(_) => 170,
        Lane::Terminal | Lane::Browser | Lane::Test | Lane::Issuer(_) => 140,
    }
}

fn class_of(lane: Lane) -> &'static str {
    match lane {
        Lane::Lakekey => "head own",
        Lane::Issuer(_) | Lane::Api(_) => "head mock",
        Lane::Terminal | Lane::Browser | Lane::Test => "head",
    }
}

fn style_of(message: &Message) -> &'static str {
    match message.style {
        _ if message.rule.is_some() => "answer refused",
        Style::Request => "request",
        Style::Answer => "answer",
        Style::Broken => "broken",
        Style::Inferred => "inferred",
    }
}

const TOP: usize = 34;
const ROW: usize = 30;
const BOTTOM: usize = 18;
const MARGIN: usize = 56;
/// How wide the name of a lane is.
const HEAD: usize = 92;
/// What is left free beside a label.
const AIR: usize = 8;
/// How wide ten letters are, most of the time.
const TEN_LETTERS: usize = 62;
