#![no_main]

hourglass_fuzz::target!("labels");
