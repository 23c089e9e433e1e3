//! The tributary command: headless daemon, one-shot commands and the media worker.
