//! How a site proves who it is: passwords, the binding of a device, tokens, and what happens to those who guess.
//!
//! A remote logs in once with name and password ([`Auth::login`]) and then shows its token ([`check_token`]). Doors whose sites send the
//! password with every call use [`Auth::verify_secret`]. Both rest on the same steps, in this order (EXCHANGE A16):
//! limits and blocks, which cost nothing; the password, behind a narrow gate; and only for who proved it, the device.
//! So an unknown name, a wrong password and a site without a password look alike, take the same time, and end in the same block.
//!
//! There is no HTTP here and no account of a person: those are other modules.

mod contacts;
mod gate;
mod lockout;
mod login;
mod prove;
mod refusal;
mod remembered;
mod secret;
pub mod settings;
#[cfg(test)]
pub(crate) mod tests;
mod token;

pub use contacts::{Reported, TurnedAway};
pub use gate::{Gate, GateLimits};
pub use login::{Attempt, Auth, Checked, LoggedIn, LoginRequest};
pub use refusal::{AuthError, Refusal};
pub use secret::{HashedSecret, Secret};
pub use settings::{AuthSettings, HashCost, SettingsError};
pub use token::{Token, check_token};
