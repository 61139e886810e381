use std::borrow::Cow;

use lakekey_core::{Code, Error};

use super::document::{DEFAULT, DEFAULT_PROFILE, ProfileFile, SETTINGS};
use super::names::shown;

impl ProfileFile {
    /// The profile that `[__settings__] default_profile` names, if it names one.
    ///
    /// `%(key)s` in it stands for the value of another key of `[__settings__]`, else of
    /// `DEFAULT`, as in the official tools; in no other value does it mean anything. Whether that
    /// profile exists is not checked.
    pub fn default_profile(&self) -> Option<String> {
        let name = self.interpolated(self.setting(DEFAULT_PROFILE)?);
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Where logins are kept, as `[__settings__] auth_storage` says, if it does; as it is written
    /// there but for `%(key)s`, which means what it does in the name of the default profile.
    pub fn auth_storage(&self) -> Option<String> {
        let mode = self.interpolated(self.setting("auth_storage")?);
        Some(mode.trim().to_owned()).filter(|mode| !mode.is_empty())
    }

    /// Names the default profile; refused when the name would be read as another one there.
    pub(super) fn name_default(&mut self, name: &str) -> Result<(), Error> {
        let mut next = self.clone();
        next.set_in(SETTINGS, DEFAULT_PROFILE, name)?;
        if next.default_profile().as_deref() != Some(name) {
            let message = format!(
                "`{}` cannot be the default profile: its name would be read as another",
                shown(name)
            );
            let hint = "choose a name without `%(` and without blanks around it";
            return Err(Error::new(Code::Usage, message).with_hint(hint));
        }
        *self = next;
        Ok(())
    }

    /// `text` with each `%(key)s` replaced; one that names nothing is left out, and a circle is
    /// left as it stands.
    fn interpolated(&self, text: Cow<'_, str>) -> String {
        let mut text = text.into_owned();
        for _ in 0..MOST_STEPS {
            let Some((whole, key)) = reference(&text) else {
                break;
            };
            let settings = self
                .setting(key.trim())
                .filter(|_| key.trim() != DEFAULT_PROFILE);
            let value = settings.or_else(|| self.value(DEFAULT, key.trim()));
            let value = value.unwrap_or_default();
            if text.len() + value.len() > LONGEST {
                break;
            }
            text = text.replacen(whole, &value, 1);
        }
        text
    }
}

/// The first `%(key)s` of a text: the whole, and the key.
fn reference(text: &str) -> Option<(&str, &str)> {
    let start = text.find("%(")?;
    let end = start + text[start..].find(")s")?;
    Some((&text[start..end + 2], &text[start + 2..end])).filter(|(_, key)| !key.is_empty())
}

const MOST_STEPS: usize = 99;
/// The longest name that is put together, in bytes.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::ProfileFile;

    #[test]
    fn references_are_followed_in_the_settings_and_then_in_default() {
        for (settings, expected) in [
            ("default_profile = dev", Some("dev")),
            ("stage = dev\ndefault_profile = %(stage)s", Some("dev")),
            (
                "stage = dev\ndefault_profile = a-%(stage)s-%( stage )s",
                Some("a-dev-dev"),
            ),
            ("default_profile = %(region)s", Some("eu")),
            ("default_profile = %(missing)s", None),
            ("default_profile = %(default_profile)s", None),
            ("a = %(b)s\nb = dev\ndefault_profile = %(a)s", Some("dev")),
            ("a = %(a)s\ndefault_profile = %(a)s", Some("%(a)s")),
            ("default_profile = 100%", Some("100%")),
            ("default_profile = %()s", Some("%()s")),
            ("default_profile = %(open", Some("%(open")),
        ] {
            let text = format!("[DEFAULT]\nregion = eu\n[__settings__]\n{settings}\n");
            let file = ProfileFile::parse(text).unwrap();
            assert_eq!(file.default_profile().as_deref(), expected, "{settings}");
        }
    }

    #[test]
    fn the_storage_is_read_in_the_same_way() {
        let text = "[__settings__]\nmode = plaintext\nauth_storage = %(mode)s \n";
        let file = ProfileFile::parse(text).unwrap();
        assert_eq!(file.auth_storage().as_deref(), Some("plaintext"));
        assert_eq!(ProfileFile::default().auth_storage(), None);
    }

    #[test]
    fn a_name_that_would_be_read_as_another_is_no_default() {
        for name in [" dev ", "%(x)s", "dev%(x)s"] {
            let text = format!("[{name}]\nhost = 1\n");
            let mut file = ProfileFile::parse(text.clone()).unwrap();
            let error = file.set_default_profile(name).unwrap_err();
            assert!(error.to_string().ends_with("read as another"), "{error}");
            assert_eq!(file.to_string(), text);
        }
    }

    #[test]
    fn a_default_that_is_put_together_follows_its_profile() {
        let text =
            "[DEFAULT]\nstage = DEFAULT\n[dev]\n[__settings__]\ndefault_profile = %(stage)s\n";
        let mut file = ProfileFile::parse(text).unwrap();
        file.remove_profile("DEFAULT").unwrap();
        assert_eq!(file.to_string(), "[dev]\n[__settings__]\n");
    }

    #[test]
    fn a_name_that_doubles_with_each_step_stays_short() {
        let text = "[__settings__]\na = %(a)s%(a)s\ndefault_profile = %(a)s\n";
        let name = ProfileFile::parse(text).unwrap().default_profile().unwrap();
        assert!(name.len() <= super::LONGEST);
    }
}
