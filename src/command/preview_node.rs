//! `ottisk preview-node`: conversions for kiosks that outgrow their boards.

use std::rc::Rc;

use lexopt::Arg;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
    raster::library_folder,
};
use crate::{kiosk::signal, node::Node, preview::ENGINE, worker::Workers};

pub(super) const HELP: &str = "\
ottisk preview-node --broker amqp://…  take conversions of documents from kiosks by a message broker

  --broker URL              amqp://user:password@host:port/vhost; or [preview] broker
  --config FILE             settings in TOML: [preview], [convert], [worker]
  --data DIR                where the PDF library is unpacked; documents are kept nowhere
";

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut broker, mut common) = (None, Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("broker") => broker = Some(arguments.text()?),
            Arg::Long(option) => {
                let option = option.to_owned();
                common.take(&option, &mut arguments, "preview-node")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    super::start_log();
    let mut settings = common.settings()?;
    settings.preview.broker = broker.or(settings.preview.broker);
    if settings.preview.broker.is_none() {
        return Err(Failure::Usage("no broker: give --broker amqp://… or [preview] broker".into()));
    }
    let workers = Workers::new(settings.worker.clone(), Some(&library_folder(&common)))?;
    let workers = Rc::new(workers.converting(settings.convert.clone()));
    let node = Node::new(workers, Rc::new(settings), ENGINE).map_err(|error| Failure::Usage(error.to_string()))?;
    // At a signal a request in our hands goes back to the broker with the connection.
    let serving = async {
        node.run().await;
        Ok(())
    };
    Ok(smol::block_on(smol::LocalExecutor::new().run(smol::future::or(serving, signal())))?)
}
