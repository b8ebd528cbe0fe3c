//! A few threads for large work. The allocator keeps, for each thread, about as much as the most it ever needed there: what takes
//! much memory goes through few threads, so that the program stays small.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::ApiError;

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end when this is dropped and what was given to them is done.
pub struct FewThreads(Sender<Job>);

impl FewThreads {
    /// Starts so many threads.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn start(number: usize) -> io::Result<Self> {
        let (given, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..number {
            let jobs = jobs.clone();
            std::thread::Builder::new().name("large".to_owned()).spawn(move || work_on(&jobs))?;
        }
        Ok(Self(given))
    }

    /// As [`crate::blocking`], on one of the few threads, when those before are done.
    pub async fn run<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Into<ApiError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job = move || {
            // Nobody may be left who wants to know.
            let _ = tell.send(work());
        };
        self.0.send(Box::new(job)).map_err(ApiError::unexpected)?;
        match told.await {
            Ok(done) => done.map_err(Into::into),
            Err(panicked) => Err(ApiError::unexpected(panicked)),
        }
    }
}

fn work_on(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Who waits for work that panics is told, as its end of the channel goes with it.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn work_is_done_and_a_panic_takes_no_thread_along() {
        let few = FewThreads::start(1).unwrap();
        for number in 0..3 {
            assert_eq!(few.run(move || Ok::<_, ApiError>(number)).await.unwrap(), number);
            let panicked = few.run(|| -> Result<(), ApiError> { panic!("on purpose") }).await;
            assert_eq!(panicked.unwrap_err().status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}
