//! Every entry of the catalogue is covered by a case or is a known gap, and no known gap is covered.

use crate::case::Case;
use crate::catalogue::{Catalogue, Entry};
use crate::gaps::Gaps;

/// How the cases, the catalogue and the known gaps do not fit together, each a sentence.
pub(crate) fn complaints() -> Vec<String> {
    compare(&crate::cases::all(), Catalogue::get(), Gaps::get())
}

fn compare(cases: &[&Case], catalogue: &Catalogue, gaps: &Gaps) -> Vec<String> {
    let entries = catalogue.entries.iter();
    let mut complaints: Vec<_> = entries
        .flat_map(|entry| of_entry(entry, cases, gaps))
        .collect();
    complaints.extend(cases.iter().flat_map(|case| of_case(case, catalogue)));
    complaints.extend(of_gaps(gaps, catalogue));
    complaints
}

/// Each variant has exactly one of a check and a gap.
fn of_entry(entry: &Entry, cases: &[&Case], gaps: &Gaps) -> Vec<String> {
    let id = &entry.id;
    let covering: Vec<_> = cases.iter().filter(|case| case.id == id).collect();
    if covering.len() > 1 {
        return vec![format!(
            "{id}: there are {} cases of this id",
            covering.len()
        )];
    }
    let checks = covering
        .first()
        .map_or_else(Vec::new, |case| case.variants());
    let mut complaints = Vec::new();
    for variant in entry.variants() {
        let name = name(id, variant);
        let covered = checks.iter().any(|(checked, _)| *checked == variant);
        match (covered, gaps.find(id, variant)) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(gap)) => complaints.push(format!(
                "{name}: is checked now, delete `{}` from fixtures/known-gaps.toml",
                gap.id
            )),
            (false, None) => complaints.push(format!(
                "{name}: neither a case covers it nor does fixtures/known-gaps.toml list it"
            )),
        }
    }
    complaints
}

fn of_case(case: &Case, catalogue: &Catalogue) -> Vec<String> {
    let Some(entry) = catalogue.find(case.id) else {
        return vec![format!("{}: a case, but not in the catalogue", case.id)];
    };
    let known = entry.variants();
    let checks = case.variants();
    let mut complaints = Vec::new();
    for (index, (variant, _)) in checks.iter().enumerate() {
        if !known.contains(variant) {
            complaints.push(format!("{}: not in the catalogue", name(case.id, variant)));
        }
        if checks[..index]
            .iter()
            .any(|(earlier, _)| earlier == variant)
        {
            complaints.push(format!("{}: checked twice", name(case.id, variant)));
        }
    }
    complaints
}

fn of_gaps(gaps: &Gaps, catalogue: &Catalogue) -> Vec<String> {
    let mut complaints = Vec::new();
    for (index, gap) in gaps.list.iter().enumerate() {
        let (id, variant) = gap.id.split_once('/').unwrap_or((&gap.id, ""));
        let known = catalogue.find(id).is_some_and(|entry| {
            variant.is_empty() || entry.variants.iter().any(|name| name == variant)
        });
        if !known {
            complaints.push(format!("{}: a known gap, but not in the catalogue", gap.id));
        }
        if gaps.list[..index]
            .iter()
            .any(|earlier| earlier.id == gap.id)
        {
            complaints.push(format!("{}: listed twice as a known gap", gap.id));
        }
        if gap.reason.trim().is_empty() {
            complaints.push(format!("{}: a known gap needs a reason", gap.id));
        }
    }
    complaints
}

/// The name of a test: the id, and the variant if there is one.
pub(crate) fn name(id: &str, variant: &str) -> String {
    if variant.is_empty() {
        return id.to_owned();
    }
    format!("{id}/{variant}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Check;

    #[test]
    fn an_entry_needs_a_case_or_a_gap() {
        let nothing = complaints(&[], "");
        assert_eq!(nothing.len(), 3, "{nothing:?}");
        assert!(nothing[0].starts_with("S-A-1/x: neither"), "{nothing:?}");
        let gaps = "[[gap]]\nid = \"S-A-1\"\nreason = \"planned\"\n[[gap]]\nid = \"S-A-2\"\nreason = \"planned\"";
        assert_eq!(complaints(&[], gaps), Vec::<String>::new());
        assert_eq!(complaints(&[&TWO, &ONE], ""), Vec::<String>::new());
    }

    #[test]
    fn a_missing_variant_is_found_and_can_be_a_gap() {
        let found = complaints(&[&HALF, &ONE], "");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("S-A-1/y: neither"), "{found:?}");
        let gap = "[[gap]]\nid = \"S-A-1/y\"\nreason = \"not yet\"";
        assert_eq!(complaints(&[&HALF, &ONE], gap), Vec::<String>::new());
    }

    #[test]
    fn a_gap_that_closed_is_found() {
        let found = complaints(
            &[&TWO, &ONE],
            "[[gap]]\nid = \"S-A-2\"\nreason = \"planned\"",
        );
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("S-A-2: is checked now"), "{found:?}");
    }

    #[test]
    fn names_that_nobody_knows_are_found() {
        let gaps = "[[gap]]\nid = \"S-A-9\"\nreason = \"\"";
        let found = complaints(&[&TWO, &ONE, &STRANGER], gaps);
        assert_eq!(found.len(), 3, "{found:?}");
    }

    fn complaints(cases: &[&Case], gaps: &str) -> Vec<String> {
        let entry = |id: &str, variants: &str| {
            format!(
                r#"{{"id": "{id}", "side": "server", "area": "a", "level": "MUST", "tier": "fast",
                "statement": "s", "rfc": "r", "kinds": ["ok"], "variants": {variants}}}"#
            )
        };
        let text = format!(
            "[{}, {}]",
            entry("S-A-1", r#"["x", "y"]"#),
            entry("S-A-2", "[]")
        );
        let catalogue: Catalogue = serde_json::from_str(&text).unwrap();
        compare(cases, &catalogue, &toml::from_str(gaps).unwrap())
    }

    const FINE: Check = |_| Ok(());
    const TWO: Case = Case::each("S-A-1", &[("x", FINE), ("y", FINE)]);
    const HALF: Case = Case::each("S-A-1", &[("x", FINE)]);
    const ONE: Case = Case::one("S-A-2", FINE);
    const STRANGER: Case = Case::one("S-B-1", FINE);
}
