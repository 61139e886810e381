/// The only style sheet of the pages, written into each of them.
///
/// It is a Rust literal and not a file of its own because the bytes are hashed: the compiler reads
/// line ends as `\n` wherever the repository was checked out.
pub(super) const STYLE: &str = r"
:root {
  color-scheme: light dark;
  --ground: #f5f3ee; --card: #fffefb; --ink: #1f2a33; --soft: #5d6a74; --line: #e4dfd4;
  --good: #1d7a63; --good-wash: #ddf0e8; --bad: #a8432f; --bad-wash: #f8e4dd;
  --calm: #3a6487; --calm-wash: #e0ebf4; --shade: 0 1px 2px #1f2a3310, 0 18px 48px -18px #1f2a3326;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12181d; --card: #1a2229; --ink: #e7ebee; --soft: #9aa7b1; --line: #2b363f;
    --good: #6fd0b1; --good-wash: #17362f; --bad: #f0a08c; --bad-wash: #40241d;
    --calm: #93c1e6; --calm-wash: #1b3145; --shade: 0 18px 48px -18px #0009;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; min-height: 100svh; padding: 2rem 1.25rem; display: grid;
  grid-template-rows: 1fr auto 1.4fr; justify-items: center;
  background: var(--ground); color: var(--ink);
  font: 400 1rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  -webkit-font-smoothing: antialiased;
}
main {
  grid-row: 2; width: 100%; max-width: 30rem; padding: 2.75rem 2.5rem 2.25rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: var(--shade);
}
.mark {
  display: grid; place-items: center; width: 3.5rem; height: 3.5rem; border-radius: 50%;
  color: var(--tone); background: var(--wash);
}
.mark svg { width: 1.75rem; height: 1.75rem; }
.good { --tone: var(--good); --wash: var(--good-wash); }
.bad { --tone: var(--bad); --wash: var(--bad-wash); }
.calm { --tone: var(--calm); --wash: var(--calm-wash); }
h1 { margin-top: 1.5rem; font-size: 1.625rem; line-height: 1.25; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; }
p { margin-top: .75rem; text-wrap: pretty; overflow-wrap: anywhere; }
dl { margin-top: 1.5rem; border-top: 1px solid var(--line); }
dl div { display: flex; gap: 1rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 6.5rem; color: var(--soft); }
dd { min-width: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.next { margin-top: 1.5rem; color: var(--soft); }
footer { grid-row: 3; align-self: end; padding-top: 1.5rem; color: var(--soft); font-size: .8125rem; letter-spacing: .02em; }
@media (max-width: 26rem) {
  main { padding: 2rem 1.5rem 1.75rem; }
  dl div { display: block; }
}
@media (prefers-contrast: more) { :root { --soft: var(--ink); --line: currentColor; } }
";

/// What the content security policy calls [`STYLE`].
pub(super) const STYLE_HASH: &str = "sha256-b+mMx3pfbqAaFwJrDR9JulfSS44I7FX2a93TB5pZAlQ=";

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::{STYLE, STYLE_HASH};

    #[test]
    fn the_hash_is_that_of_the_style() {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
    }
}
