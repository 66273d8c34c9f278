package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.Configuration.MailConfiguration;
import io.portolan.core.recorder.ResultRecorder;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.scheduler.NodeName;
import io.portolan.scheduler.SchedulerSettings;
import io.portolan.sender.message.MessageRoom;
import io.portolan.sender.message.MessageSettings;
import java.net.URI;
import java.util.SplittableRandom;

/** What the parts of a node take of the configuration. */
final class NodeSettings {
  private NodeSettings() {}

  /** What all messages have in common. */
  static MessageSettings message(MailConfiguration mail, URI publicUrl) {
    return new MessageSettings(
        publicUrl,
        mail.bounceDomain(),
        mail.unsubscribeMailbox(),
        mail.senderId(),
        mail.listIdDomain());
  }

  /** Room for the messages of all sessions: the one at hand and the next. */
  static MessageRoom room(MailConfiguration mail) {
    return MessageRoom.ofHeap(2 * mail.sessions());
  }

  /** The scheduler of a node, which gets a name if it has none. */
  static SchedulerSettings scheduler(Configuration configuration) {
    SchedulerSettings defaults =
        SchedulerSettings.defaults(
            configuration
                .scheduler()
                .node()
                .orElseGet(() -> NodeName.create(new SplittableRandom())));
    return new SchedulerSettings(
        defaults.node(),
        configuration.scheduler().threads(),
        defaults.chunkSize(),
        defaults.batchesAhead(),
        configuration.scheduler().checkIn(),
        defaults.reconcileInterval(),
        defaults.stopGrace(),
        configuration.database().keepAttemptsDays());
  }

  static ResultRecorder.Settings recorder(SoftBounceRule softBounces) {
    ResultRecorder.Settings usual = ResultRecorder.Settings.DEFAULT;
    return new ResultRecorder.Settings(
        usual.groupSize(), usual.linger(), usual.farewell(), softBounces);
  }
}
