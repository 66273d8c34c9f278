package io.portolan.sender.path;

import io.portolan.core.relay.Relay;
import io.portolan.sender.hold.RouteHold;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What path health tells the operator: each change once. */
final class PathLog {
  private static final Logger log = LoggerFactory.getLogger(PathHealth.class);

  private PathLog() {}

  static void report(HealthChange change) {
    PathCondition condition = change.now();
    switch (condition.state()) {
      case SUSPECT, BLOCKED ->
          log.warn(
              "path {} is {} ({}); next look {}",
              change.key().label(),
              condition.state().id(),
              condition.evidence(),
              condition.until());
      case UNKNOWN, OPEN, HALF_OPEN ->
          log.info("path {} is {}", change.key().label(), condition.state().id());
    }
  }

  static void loginRefused(Relay relay, RouteHold hold) {
    log.error(
        "relay {} cannot be logged in to as {} ({}): its mail is held until {}; check its username"
            + " and {}",
        relay.name(),
        relay.username(),
        hold.reply(),
        hold.until(),
        relay.secretRef());
  }

  static void loginDeferred(RouteHold hold) {
    log.info(
        "relay {} takes no login now ({}): its mail waits until {}",
        hold.route(),
        hold.reply(),
        hold.until());
  }

  static void mailRefused(Relay relay, RouteHold hold) {
    log.error(
        "relay {} refuses our mail ({}): its mail is held until {}; check with it that the account"
            + " is in force and what it allows {} to send",
        relay.name(),
        hold.reply(),
        hold.until(),
        relay.needsLogin() ? relay.username() : "this host");
  }
}
