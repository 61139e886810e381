use lakekey_core::{BoxFuture, Context, Error, Token, TokenSource};

/// A token that never changes. One the server has rejected is all there is.
#[derive(Debug)]
pub(super) struct Fixed(pub(super) Token);

impl TokenSource for Fixed {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
