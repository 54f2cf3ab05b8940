#![no_main]

hourglass_fuzz::target!("idx");
