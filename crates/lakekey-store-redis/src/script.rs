//! What Redis does in one step, as scripts in Lua. Each may be sent twice without harm.

use redis::{Cmd, cmd};

/// Takes a lease, or keeps it for longer. Answers nothing if it is ours now, else whose it is.
pub(crate) fn hold(lease: &str, holder: &str, milliseconds: u64) -> Cmd {
    let mut command = script(
        "local holder = redis.call('GET', KEYS[1])
        if holder and holder ~= ARGV[1] then return holder end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return false",
        &[lease],
    );
    command.arg(holder).arg(milliseconds);
    command
}

/// Gives a lease back, if it is still ours.
pub(crate) fn release(lease: &str, holder: &str) -> Cmd {
    let mut command = script(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        return false",
        &[lease],
    );
    command.arg(holder);
    command
}

/// Writes a record unless the lease is somebody else's. Answers nothing, or whose it is.
pub(crate) fn write(lease: &str, record: &str, holder: &str, value: &[u8]) -> Cmd {
    let mut command = script(
        "local holder = redis.call('GET', KEYS[1])
        if holder and holder ~= ARGV[1] then return holder end
        redis.call('SET', KEYS[2], ARGV[2])
        return false",
        &[lease, record],
    );
    command.arg(holder).arg(value);
    command
}

/// Puts `new` in the place of `old`, byte by byte what was seen. Answers whether `new` is there.
pub(crate) fn replace(name: &str, old: &[u8], new: &[u8]) -> Cmd {
    let mut command = script(
        "local found = redis.call('GET', KEYS[1])
        if found ~= ARGV[1] and found ~= ARGV[2] then return 0 end
        redis.call('SET', KEYS[1], ARGV[2])
        return 1",
        &[name],
    );
    command.arg(old).arg(new);
    command
}

fn script(text: &str, names: &[&str]) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(text).arg(names.len()).arg(names);
    command
}
