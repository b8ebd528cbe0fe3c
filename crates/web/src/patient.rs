//! A connection whose other end has to take what is sent to it, though it may be slow: else answers that nobody reads stay for ever.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use crate::pace::Pace;

/// What waits for the other end.
struct Waiting {
    pace: Pace,
    until: Pin<Box<Sleep>>,
}

pub(crate) struct Patient<I> {
    io: I,
    /// Since something could not be sent whole at once.
    waiting: Option<Waiting>,
}

impl<I> Patient<I> {
    pub(crate) fn new(io: I) -> Self {
        Self { io, waiting: None }
    }

    /// Something is sent, or cannot be yet. `whole` is how much was to be sent.
    fn watch(
        &mut self,
        sent: Poll<io::Result<usize>>,
        whole: usize,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match sent {
            Poll::Ready(Ok(bytes)) if bytes < whole => {
                self.waiting().pace.moved(bytes);
                sent
            }
            Poll::Ready(_) => {
                self.waiting = None;
                sent
            }
            Poll::Pending => {
                ready!(self.wait(context))?;
                Poll::Pending
            }
        }
    }

    fn waiting(&mut self) -> &mut Waiting {
        self.waiting.get_or_insert_with(|| {
            let pace = Pace::new();
            let until = Box::pin(sleep_until(pace.deadline()));
            Waiting { pace, until }
        })
    }

    /// Ready only when the other end took too little for too long.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Waiting { pace, until } = self.waiting();
        while until.as_mut().poll(context).is_ready() {
            if !pace.is_kept() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer is not taken")));
            }
            until.as_mut().reset(pace.deadline());
        }
        Poll::Pending
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Patient<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Patient<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.io).poll_write(context, bytes);
        self.watch(sent, bytes.len(), context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let whole = pieces.iter().map(|piece| piece.len()).sum();
        let sent = Pin::new(&mut self.io).poll_write_vectored(context, pieces);
        self.watch(sent, whole, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.io).poll_flush(context) {
            Poll::Ready(flushed) => Poll::Ready(flushed),
            Poll::Pending => self.wait(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.io).poll_shutdown(context) {
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => self.wait(context),
        }
    }
}
