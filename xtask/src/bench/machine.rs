//! The machine the figures are of.

use std::path::Path;

use crate::files;

/// Cores, memory and processor, as far as the system tells.
pub(crate) fn line() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut words = vec![format!("{cores} cores")];
    words.extend(memory());
    words.extend(field("/proc/cpuinfo", "model name"));
    words.push(format!(
        "{} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    words.join(", ")
}

/// A line of a process's status, such as `VmRSS`, in bytes.
pub(super) fn memory_of(process: u32, name: &str) -> Option<u64> {
    bytes(&field(&format!("/proc/{process}/status"), name)?)
}

fn memory() -> Option<String> {
    let total = bytes(&field("/proc/meminfo", "MemTotal")?)?;
    Some(format!("{} GiB of memory", total >> 30))
}

/// What a file of `name: value` lines says first; nothing on systems without that file.
fn field(file: &str, name: &str) -> Option<String> {
    let text = files::text(Path::new(file)).ok()?;
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut values = lines
        .filter(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim());
    values.next().map(str::to_owned)
}

/// `1234 kB` as bytes.
fn bytes(text: &str) -> Option<u64> {
    let kibibytes: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}
