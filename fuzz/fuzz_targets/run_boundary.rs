#![no_main]

hourglass_fuzz::target!("run_boundary");
