//! The databases that say where addresses are, while the gateway runs: their files are replaced
//! every few days, and nothing waits for that.

use super::Gateway;
use postern_geo::{Databases, News};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;

/// How often files are looked at; one that was replaced is read at the second look.
const LOOK: Duration = Duration::from_secs(1);

impl Gateway {
    /// The databases that are asked now.
    pub fn places(&self) -> Arc<Databases> {
        self.current().snapshot.geo.clone()
    }

    /// Takes over databases whose files were replaced; runs until told to stop. A file that cannot
    /// be read changes nothing but what is said of it.
    pub async fn watch_places(&self, mut stop: Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let places = self.places();
            // A file is read and checked as a whole, which may take a second.
            let looked = tokio::task::spawn_blocking(move || places.look()).await;
            for news in looked.unwrap_or_default() {
                say(&news);
            }
        }
    }
}

fn say(news: &News) {
    let path = news.path.display();
    match &news.outcome {
        Ok(built) => tracing::info!(file = %path, built, "took over a new database of addresses"),
        Err(why) => tracing::error!(
            file = %path,
            "kept the old database of addresses: the new one cannot be used: {why}"
        ),
    }
}
