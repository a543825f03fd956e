//! An answer on its way: handed over piece by piece, so that the server sees whether anybody reads it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::connections::{Busy, Share};
use super::server::Connection;

/// Bytes of a piece.
const PIECE: usize = 16 << 10;
/// An answer over so many bytes does not leave at once: it is held for whoever reads it.
pub(super) const LARGE: u64 = 64 << 10;

/// A body that keeps its connection busy until its last piece is taken.
pub(super) struct Answer {
    body: Body,
    /// What is left of the part of the body at hand.
    rest: Bytes,
    connection: Arc<Connection>,
    _busy: Busy,
    _share: Option<Share>,
}

impl Answer {
    /// `share` is given back with the last piece.
    pub(super) fn new(body: Body, connection: Arc<Connection>, busy: Busy, share: Option<Share>) -> Self {
        connection.begins_answer();
        Self {
            body,
            rest: Bytes::new(),
            connection,
            _busy: busy,
            _share: share,
        }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        this.connection.moves();
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let of_body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower().saturating_add(rest));
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.connection.ends_answer();
    }
}
