//! The parts of the program that are worth testing on their own.

pub mod demo;
