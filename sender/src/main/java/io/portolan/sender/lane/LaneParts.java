package io.portolan.sender.lane;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.pace.CoolDowns;
import io.portolan.core.policy.ActivePolicy;
import io.portolan.core.policy.Path;
import io.portolan.core.recorder.ResultRecorder;
import io.portolan.core.suppression.SuppressionCheck;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.path.PathChoice;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the couriers of all lanes share; every part is thread-safe. */
record LaneParts(
    ActivePolicy policy,
    Function<String, List<String>> isps,
    PathChoice paths,
    LineOpener lines,
    StallWatch stalls,
    MessageComposer composer,
    Judge judge,
    ResultRecorder recorder,
    SuppressionCheck suppressions,
    CampaignGate gate,
    Guarded guarded,
    Outages outages,
    Paces paces,
    CoolDowns coolDowns,
    ConnectionSlots slots,
    String node,
    InstantSource clock) {

  /** Every path that mail to a platform may take, by the rows of all of its ISPs. */
  List<Path> ways(String platform) {
    return isps.apply(platform).stream()
        .flatMap(isp -> policy.ruleFor(isp, platform).paths().stream())
        .flatMap(stated -> stated.each().stream())
        .distinct()
        .toList();
  }

  /** Who was suppressed since the batch was claimed gets nothing. */
  Optional<DeliveryOutcome> suppressed(BatchRun run, ClaimedDelivery delivery) {
    return suppressions
        .findSince(run.since(), EmailAddress.parse(delivery.address()), run.batch().origin())
        .map(found -> new DeliveryOutcome.Suppressed(found.suppression().reason().id()));
  }
}
