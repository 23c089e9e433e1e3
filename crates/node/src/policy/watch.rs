//! Looks at the files of the lists every few seconds: they are written by others, and by hand.

use std::sync::Arc;
use std::time::Duration;

use crate::node::Inner;
use crate::tasks::Lane;

/// Time between two looks: one `stat` a list.
const EVERY: Duration = Duration::from_secs(5);

/// Begins to look, and shows what is wrong already.
pub(crate) fn start(inner: &Arc<Inner>) {
    inner.show_policy_problem();
    let task = Arc::clone(inner);
    inner.tasks.spawn("denylists", async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let inner = Arc::clone(&task);
            let look = move || inner.refresh_policy();
            task.tasks.blocking(Lane::Query, look).await;
        }
    });
}
