package io.portolan.core.policy;

import io.portolan.core.pace.WarmUp;
import io.portolan.core.pace.WarmUps;
import io.portolan.core.policy.PolicyCheck.Notes;
import io.portolan.core.policy.PolicyCheck.Surroundings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The part of {@link PolicyCheck} that looks at the paths of the rows. Serves one check. */
final class PathsCheck {
  private static final int DIRECT_PORT = 25;
  private static final int WHOLE = 100;

  private record Minimum(String isp, TlsVersion version) {}

  private final Routes relays;
  private final Map<String, IspGuidance> guidance;
  private final Surroundings around;
  private final Notes notes;
  private final Map<Path, Minimum> minimums = new HashMap<>();

  PathsCheck(Routes relays, Map<String, IspGuidance> guidance, Surroundings around, Notes notes) {
    this.relays = relays;
    this.guidance = guidance;
    this.around = around;
    this.notes = notes;
  }

  /** Checks the paths that a row states. */
  void check(String row, PolicyRule rule) {
    if (rule.isp().equals(PolicyRule.ANY) && rule.paths().isEmpty()) {
      notes.refuse(row + ".paths", "must be given in row *, for the other rows inherit them");
    }
    Set<Path> seen = new HashSet<>();
    for (int i = 0; i < rule.paths().size(); i++) {
      PolicyPath path = rule.paths().get(i);
      String place = row + ".paths[" + i + "]";
      List<Path> each = path.each();
      if (new HashSet<>(each).size() < each.size()) {
        notes.refuse(place + ".source", "names an address twice in row " + rule.isp());
      }
      Optional<Path> twice = each.stream().filter(seen::contains).findFirst();
      seen.addAll(each);
      if (twice.isPresent()) {
        notes.refuse(
            place,
            "is " + twice.get().label() + " in row " + rule.isp() + ", which is there twice");
      } else if (path.isDirect()) {
        direct(place, rule, path);
      } else {
        relay(place, rule, path);
      }
      minimumTls(place, rule, path);
      sources(place, rule, path);
    }
    shares(row, rule);
    warmUps(row, rule);
  }

  private void warmUps(String row, PolicyRule rule) {
    boolean isOneWarm = rule.paths().stream().anyMatch(path -> path.warmUp().isEmpty());
    Map<String, WarmUp> seen = new HashMap<>();
    for (int i = 0; i < rule.paths().size(); i++) {
      PolicyPath path = rule.paths().get(i);
      if (path.warmUp().isEmpty()) {
        continue;
      }
      String place = row + ".paths[" + i + "].warmUp";
      WarmUp plan = path.warmUp().get();
      if (!isOneWarm && i == 0) {
        notes.warn(
            place,
            "leaves row "
                + rule.isp()
                + " no path without a warm-up: what is above the volumes of the day is held");
      }
      for (Path each : path.each()) {
        WarmUp other = seen.putIfAbsent(WarmUps.source(each), plan);
        if (other != null && !other.equals(plan)) {
          notes.refuse(
              place,
              "is "
                  + plan
                  + " for "
                  + WarmUps.source(each)
                  + " in row "
                  + rule.isp()
                  + ", which warms up by "
                  + other
                  + " on another port; a peer sees one source");
        }
      }
    }
  }

  /** Warns of a row none of whose paths, its own or inherited, is open now. */
  void checkHealth(String row, PortPolicy policy, PolicyRule rule) {
    boolean isAny = rule.isp().equals(PolicyRule.ANY);
    String platform = isAny ? "" : around.platformOf().apply(rule.isp());
    List<PolicyPath> paths = policy.ruleFor(0, rule.isp(), isAny ? rule.isp() : platform).paths();
    List<String> blocked = new ArrayList<>();
    for (PolicyPath stated : paths) {
      for (Path path : stated.each()) {
        Optional<String> reason = around.blocked().apply(path, platform);
        if (reason.isEmpty()) {
          return;
        }
        blocked.add(path.label() + " is " + reason.get());
      }
    }
    notes.warn(
        row + ".paths",
        (blocked.size() == 1
                ? "leave row " + rule.isp() + " one path, which is closed now: "
                : "leave row " + rule.isp() + " no path that is open now: ")
            + String.join("; ", blocked)
            + ". Its mail would be held");
  }

  private void direct(String place, PolicyRule rule, PolicyPath path) {
    if (path.port() != DIRECT_PORT) {
      notes.refuse(
          place + ".port",
          "is "
              + path.port()
              + " in row "
              + rule.isp()
              + ", but direct MX has one port, 25; 465, 587 and 2525 belong to relays");
    }
    switch (path.tls()) {
      case IMPLICIT ->
          notes.refuse(
              place + ".tls",
              "is implicit in row "
                  + rule.isp()
                  + ", but a mail exchanger speaks STARTTLS: opportunistic, starttls or none");
      case NONE, OPPORTUNISTIC -> {
        IspGuidance known = guidance.get(rule.isp());
        if (known != null && known.requiresTls()) {
          notes.warn(
              place + ".tls", "is " + path.tls().id() + ", but " + rule.isp() + " requires TLS");
        }
      }
      case STARTTLS -> {}
    }
  }

  private void relay(String place, PolicyRule rule, PolicyPath path) {
    Optional<? extends Route> known = relays.find(path.route());
    if (known.isEmpty()) {
      notes.refuse(
          place + ".route",
          "is \""
              + path.route()
              + "\" in row "
              + rule.isp()
              + ", which no relay is; nor is it direct");
      return;
    }
    Route relay = known.get();
    TlsMode offered = relay.tlsByPort().get(path.port());
    if (offered == null) {
      notes.refuse(
          place + ".port",
          "is " + path.port() + " in row " + rule.isp() + ", but relay " + offers(relay));
    } else if (offered != path.tls()) {
      notes.refuse(
          place + ".tls",
          "is " + path.tls().id() + " in row " + rule.isp() + ", but relay " + offers(relay));
    } else if (path.tls() == TlsMode.NONE && relay.needsLogin()) {
      notes.refuse(
          place + ".tls",
          "is none in row "
              + rule.isp()
              + ", but relay "
              + relay.name()
              + " needs a login, and credentials never travel without TLS");
    }
  }

  private void minimumTls(String place, PolicyRule rule, PolicyPath path) {
    if (path.minTls().isEmpty()) {
      return;
    }
    String stated = "is " + path.minimumTls().id() + " in row " + rule.isp();
    switch (path.tls()) {
      case NONE -> notes.refuse(place + ".minTls", stated + ", but its tls is none");
      case OPPORTUNISTIC ->
          notes.refuse(
              place + ".minTls",
              stated
                  + ", but its tls is opportunistic, which goes on in clear where TLS fails: a"
                  + " minimum would lower it; say starttls");
      case STARTTLS, IMPLICIT -> {
        if (!path.isDirect()) {
          Minimum earlier =
              minimums.putIfAbsent(path.path(), new Minimum(rule.isp(), path.minimumTls()));
          if (earlier != null && earlier.version() != path.minimumTls()) {
            notes.warn(
                place + ".minTls",
                stated
                    + ", but "
                    + earlier.version().id()
                    + " in row "
                    + earlier.isp()
                    + ": a path has one health, so where the relay lacks the newer one, both rows"
                    + " lose it");
          }
        }
      }
    }
  }

  private void sources(String place, PolicyRule rule, PolicyPath path) {
    for (String source : path.sources()) {
      if (!around.hasAddress().test(source)) {
        notes.warn(
            place + ".source",
            "is "
                + source
                + " in row "
                + rule.isp()
                + ", which this host does not have: a node without it holds the mail");
      }
    }
  }

  private void shares(String row, PolicyRule rule) {
    int sum = 0;
    boolean isSplit = false;
    boolean allShare = true;
    boolean isWrong = false;
    for (int i = 0; i < rule.paths().size(); i++) {
      Optional<Integer> share = rule.paths().get(i).share();
      if (share.isPresent() && (share.get() < 1 || share.get() > WHOLE)) {
        notes.refuse(
            row + ".paths[" + i + "].share",
            "is " + share.get() + " in row " + rule.isp() + "; it must be within 1 to 100 percent");
        isWrong = true;
      }
      isSplit |= share.isPresent();
      allShare &= share.isPresent();
      sum += share.orElse(0);
    }
    if (!isSplit || isWrong) {
      return;
    }
    if (sum > WHOLE) {
      notes.refuse(
          row + ".paths",
          "have shares of " + sum + " percent together in row " + rule.isp() + ", above 100");
    } else if (sum == WHOLE && !allShare) {
      for (int i = 0; i < rule.paths().size(); i++) {
        PolicyPath path = rule.paths().get(i);
        if (path.share().isEmpty()) {
          notes.warn(
              row + ".paths[" + i + "]",
              "is "
                  + path.label()
                  + " in row "
                  + rule.isp()
                  + ", which never takes mail while the others, whose shares are 100 percent, are"
                  + " open");
        }
      }
    } else if (sum < WHOLE && allShare) {
      notes.warn(
          row + ".paths",
          "have shares of "
              + sum
              + " percent together in row "
              + rule.isp()
              + ", and no path without one takes the rest: it tries them in order");
    }
  }

  private static String offers(Route relay) {
    return relay.name()
        + " offers "
        + relay.tlsByPort().entrySet().stream()
            .map(port -> port.getKey() + " (" + port.getValue().id() + ")")
            .collect(Collectors.joining(", "));
  }
}
