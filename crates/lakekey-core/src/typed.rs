use std::path::PathBuf;

use crate::{Attribute, Code, Error, Settings, Value};

/// Values as the kind that their rows name. No text of a value stands in an error.
impl Settings {
    /// The value of a flag; `None` when it is unset.
    ///
    /// `1`, `t`, `T`, `true`, `True` and `TRUE` are true, `0`, `f`, `F`, `false`, `False` and
    /// `FALSE` are false.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] with the origin of the text when it is neither.
    ///
    /// ```
    /// use lakekey_core::{Attribute, Origin, Settings, Value};
    ///
    /// const DEBUG: Attribute = Attribute::new("debug_headers", "log headers").of(Value::Flag);
    /// let settings = Settings::default().with(&DEBUG, "T", Origin::Env("DEBUG"));
    /// assert_eq!(settings.flag(&DEBUG)?, Some(true));
    /// # Ok::<_, lakekey_core::Error>(())
    /// ```
    pub fn flag(&self, attribute: &Attribute) -> Result<Option<bool>, Error> {
        self.typed(attribute, "must be true or false", |text| match text {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(true),
            "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(false),
            _ => None,
        })
    }

    /// The value of a whole number; `None` when it is unset.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] with the origin of the text when it is no decimal number of 64 bits.
    pub fn number(&self, attribute: &Attribute) -> Result<Option<i64>, Error> {
        self.typed(attribute, "must be a whole number", |text| {
            text.parse().ok()
        })
    }

    /// The items of a list, which commas separate; blanks around them and empty items are
    /// dropped. Empty when it is unset.
    pub fn list(&self, attribute: &Attribute) -> Vec<&str> {
        let items = self.present(attribute).unwrap_or_default().split(',');
        items
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .collect()
    }

    /// The value of a path, its leading `~` replaced by the home directory; `None` when it is unset.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] with the origin of the text when it is in the home directory and that is
    /// not known.
    ///
    /// ```
    /// use lakekey_core::{Attribute, Origin, Settings, Value};
    ///
    /// const KEY: Attribute = Attribute::new("key_file", "file with a key").of(Value::Path);
    /// let settings = Settings::default().with(&KEY, "~/key.json", Origin::Explicit).with_home("/home/me");
    /// assert_eq!(settings.path(&KEY)?, Some("/home/me/key.json".into()));
    /// # Ok::<(), lakekey_core::Error>(())
    /// ```
    pub fn path(&self, attribute: &Attribute) -> Result<Option<PathBuf>, Error> {
        let Some(text) = self.present(attribute) else {
            return Ok(None);
        };
        let in_home = match text.strip_prefix('~') {
            Some("") => Some(""),
            Some(rest) => rest.strip_prefix(std::path::is_separator),
            None => None,
        };
        match (in_home, self.home()) {
            (None, _) => Ok(Some(PathBuf::from(text))),
            (Some(rest), Some(home)) => Ok(Some(home.join(rest))),
            (Some(_), None) => Err(self.homeless(attribute)),
        }
    }

    /// Checks that each flag is a flag and each number a number.
    ///
    /// # Errors
    ///
    /// The first error of [`Settings::flag`] or [`Settings::number`], by key.
    pub fn check_types(&self) -> Result<(), Error> {
        for attribute in self.iter().map(crate::Setting::attribute) {
            match attribute.value() {
                Value::Flag => drop(self.flag(attribute)?),
                Value::Number => drop(self.number(attribute)?),
                Value::Text | Value::Host | Value::List | Value::Path => {}
            }
        }
        Ok(())
    }

    fn homeless(&self, attribute: &Attribute) -> Error {
        let key = attribute.key();
        let message = format!("`{key}` is in the home directory, which is not known");
        let error = Error::new(Code::Config, message).with_hint("set HOME, or write the path out");
        self.with_origin_of(error, attribute)
    }

    fn typed<T>(
        &self,
        attribute: &Attribute,
        rule: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.present(attribute) else {
            return Ok(None);
        };
        parse(text).map(Some).ok_or_else(|| {
            let key = attribute.key();
            let error = Error::new(Code::Config, format!("`{key}` {rule}"))
                .with_hint("correct it, or leave it out");
            self.with_origin_of(error, attribute)
        })
    }

    /// The text of a value, secret or not, unless it is empty.
    fn present(&self, attribute: &Attribute) -> Option<&str> {
        let text = self.secret(attribute)?.expose();
        Some(text).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Code, Settings, Value};
    use crate::Origin;

    const FLAG: Attribute = Attribute::new("azure_use_msi", "a flag").of(Value::Flag);
    const NUMBER: Attribute = Attribute::new("rate_limit", "a number").of(Value::Number);
    const LIST: Attribute = Attribute::new("scopes", "a list").of(Value::List);

    fn with(attribute: &Attribute, text: &str) -> Settings {
        Settings::default().with(attribute, text, Origin::Env("NAME"))
    }

    #[test]
    fn flags_are_those_of_the_official_tools() {
        for text in ["1", "t", "T", "true", "True", "TRUE"] {
            assert_eq!(with(&FLAG, text).flag(&FLAG).unwrap(), Some(true));
        }
        for text in ["0", "f", "F", "false", "False", "FALSE"] {
            assert_eq!(with(&FLAG, text).flag(&FLAG).unwrap(), Some(false));
        }
        for text in ["yes", "tRUE", "2", " true"] {
            with(&FLAG, text).flag(&FLAG).unwrap_err();
        }
        assert_eq!(with(&FLAG, "").flag(&FLAG).unwrap(), None);
        assert_eq!(Settings::default().flag(&FLAG).unwrap(), None);
    }

    #[test]
    fn numbers_are_decimal() {
        assert_eq!(with(&NUMBER, "-1").number(&NUMBER).unwrap(), Some(-1));
        for text in ["1.5", "0x10", "9223372036854775808", "1 "] {
            with(&NUMBER, text).number(&NUMBER).unwrap_err();
        }
    }

    #[test]
    fn a_path_begins_at_home_only_behind_a_tilde() {
        let path = |text| with(&LIST, text).with_home("/h").path(&LIST).unwrap();
        assert_eq!(path("~"), Some("/h".into()));
        assert_eq!(path("~/a/b"), Some("/h/a/b".into()));
        assert_eq!(path("~a/b"), Some("~a/b".into()));
        assert_eq!(path("a/~"), Some("a/~".into()));
        assert_eq!(path(""), None);
        let error = with(&LIST, "~/canary").path(&LIST).unwrap_err();
        assert_eq!(error.code(), Code::Config);
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn lists_keep_order_and_duplicates() {
        let settings = with(&LIST, " sql, ,clusters,sql,");
        assert_eq!(settings.list(&LIST), ["sql", "clusters", "sql"]);
        assert!(Settings::default().list(&LIST).is_empty());
    }

    #[test]
    fn a_wrong_value_is_an_error_that_names_key_and_origin_and_not_the_value() {
        let settings = with(&NUMBER, "canary");
        let error = settings.number(&NUMBER).unwrap_err();
        assert_eq!(error.code(), Code::Config);
        assert_eq!(error.to_string(), "`rate_limit` must be a whole number");
        assert_eq!(error.origins(), [("rate_limit", Origin::Env("NAME"))]);
        assert!(!format!("{error:?}").contains("canary"));
        let text = settings.check_types().unwrap_err().to_string();
        assert_eq!(text, error.to_string());
        with(&LIST, "canary").check_types().unwrap();
    }
}
