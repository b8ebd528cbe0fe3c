//! The doors of the central server over a store in memory, without a network: every call and every refusal.

#![expect(clippy::unwrap_used, reason = "a fault here is a failed test")]

mod admin;
mod beside;
mod browser;
mod central_data;
mod console;
mod first_steps;
mod hand_over;
mod held_pages;
mod import;
mod import_pages;
mod native;
mod records_pages;
mod running;
mod server;
mod settings_pages;
mod site_tabs;
mod site_window;
mod stores_pages;
mod users;
mod users_pages;
