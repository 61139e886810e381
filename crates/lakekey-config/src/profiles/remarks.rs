use std::collections::BTreeMap;
use std::fmt;

use super::document::Profile;
use super::names::shown;

/// Something in the profile file that is allowed and may still be a mistake; see
/// [`Profile::remarks`]. Shown, it names the line and no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    line: usize,
    text: String,
}

impl Remark {
    /// The number of the line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, text } = self;
        write!(formatter, "line {line}: {text}")
    }
}

impl Profile<'_> {
    /// What about this profile may be a mistake, in the order of the file and at most ten: its section or one of
    /// its keys stands there again, or its keys stand before any section.
    ///
    /// ```
    /// let file = lakekey_config::ProfileFile::parse("[dev]\nhost = a\nhost = b\n")?;
    /// let remarks = file.profile("dev").unwrap().remarks();
    /// assert_eq!(remarks[0].to_string(), "line 3: `host` again, and this one counts");
    /// # Ok::<_, lakekey_config::ParseError>(())
    /// ```
    pub fn remarks(&self) -> Vec<Remark> {
        let name = shown(self.name);
        let mut found = Vec::new();
        let sections = self.file.sections();
        let mut own = sections.filter(|section| section.name == self.name);
        if own.next().is_some_and(|first| !first.has_header)
            && let Some(first) = self.file.entries(self.name).next()
        {
            let text = format!("keys before the first section are those of [{name}]");
            found.push((first.item, text));
        }
        for again in own.take(MOST) {
            let text = format!("[{name}] again, and its keys count too");
            found.push((again.items.start, text));
        }
        found.extend(self.last_of_repeated().take(MOST).map(|(key, item)| {
            let text = format!("`{}` again, and this one counts", shown(key));
            (item, text)
        }));
        found.sort_unstable();
        found.truncate(MOST);
        let remarks = found
            .into_iter()
            .map(|(item, text)| self.remark(item, text));
        remarks.collect()
    }

    /// The keys that stand more than once, each with the item that counts.
    fn last_of_repeated(&self) -> impl Iterator<Item = (&str, usize)> {
        let mut last: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
        for entry in self.file.entries(self.name) {
            let known = last.insert(entry.key, (entry.item, false)).is_some();
            last.insert(entry.key, (entry.item, known));
        }
        last.into_iter()
            .filter_map(|(key, (item, again))| again.then_some((key, item)))
    }

    fn remark(&self, item: usize, text: String) -> Remark {
        Remark {
            line: self.file.line_of(item),
            text,
        }
    }
}

/// How many remarks are made at most.
const MOST: usize = 10;

#[cfg(test)]
mod tests {
    use super::super::ProfileFile;

    fn remarks(text: &str, profile: &str) -> String {
        let file = ProfileFile::parse(text).unwrap();
        let remarks = file.profile(profile).unwrap().remarks();
        let lines: Vec<_> = remarks.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    #[test]
    fn what_stands_again_is_named_once_with_the_line_that_counts() {
        let text = "# c\nhost = canary\n\n[dev]\nhost = canary\nhost = canary\ntoken = canary\n\
                    [other]\nhost = canary\n[dev]\nhost = canary\n";
        insta::assert_snapshot!(remarks(text, "dev"), @r"
        line 10: [dev] again, and its keys count too
        line 11: `host` again, and this one counts
        ");
        insta::assert_snapshot!(remarks(text, "DEFAULT"), @"line 2: keys before the first section are those of [DEFAULT]");
        assert_eq!(remarks(text, "other"), "");
    }
}
