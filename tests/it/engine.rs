//! The whole program on a real engine.

mod attribute;
mod build;
mod compare;
mod content;
mod crash;
mod create;
mod example;
mod failure;
mod gate;
mod hook;
mod in_place;
mod interrupt;
mod kill;
mod lifecycle;
mod lock;
mod mount;
mod network;
mod port;
mod pause;
mod published;
mod restart;
mod rm;
mod scale;
mod start;
mod stop;
mod wait;
