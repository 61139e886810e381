/// The candidates that `wanted` may be a misspelling of, nearest first, at most three.
pub(crate) fn nearest<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(LONGEST).collect();
    let most = 1 + wanted.len() / 3;
    let mut found: Vec<_> = candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found
        .into_iter()
        .map(|(_, candidate)| candidate)
        .take(3)
        .collect()
}

/// How many characters to insert, remove or replace, letter case aside (Levenshtein).
fn distance(wanted: &[char], candidate: &str) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (line, letter) in candidate.to_lowercase().chars().take(LONGEST).enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in wanted.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[wanted.len()]
}

/// Longer names are compared by their beginning.
const LONGEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn misspellings_are_found_and_others_are_not() {
        let names = ["production", "dev", "Staging", "prod-eu"];
        assert_eq!(nearest("prodction", names), ["production"]);
        assert_eq!(nearest("staging", names), ["Staging"]);
        assert_eq!(nearest("dve", ["dev", "eve"]), ["eve", "dev"]);
        assert_eq!(nearest("unrelated", names), [""; 0]);
    }
}
