package io.portolan.metrics.policy;

import io.portolan.core.database.Database;
import io.portolan.core.policy.PolicyActivation;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.metrics.policy.Advice.Recommendation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Activates what is recommended for the rows of the policy that say {@code autopilot}, and goes
 * back when a port opens again. Changes a row once in ten minutes at the most, names no relay that
 * the row does not name, and leaves to people what they activated after it: a row whose paths a
 * person took back is left alone until new trouble begins, and no order is restored once a person
 * activated anything.
 *
 * <p>Thread-safe; holds no state. Of several nodes one looks.
 */
public final class Autopilot {
  /** The author of what it activates. */
  public static final String AUTHOR = "autopilot";

  /** How often it looks. */
  public static final Duration EVERY = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(Autopilot.class);
  private static final Duration BETWEEN_CHANGES = Duration.ofMinutes(10);

  private final Database database;
  private final PolicyAdvisor advisor;
  private final PolicyStore policies;
  private final PolicyCheck check;
  private final InstantSource clock;

  public Autopilot(
      Database database,
      PolicyAdvisor advisor,
      PolicyStore policies,
      PolicyCheck check,
      InstantSource clock) {
    this.database = database;
    this.advisor = advisor;
    this.policies = policies;
    this.check = check;
    this.clock = clock;
  }

  /**
   * Looks once, and activates what is recommended; unless another node has just looked, or nothing
   * has changed that it could act on.
   *
   * @return whether it looked
   */
  public boolean look() {
    Optional<PolicyStore.Active> active =
        policies
            .active()
            .filter(each -> each.policy().rules().stream().anyMatch(PolicyRule::autopilot));
    if (active.isEmpty() || !LookTurn.take(database, clock.instant())) {
      return false;
    }
    look(active.get());
    return true;
  }

  private void look(PolicyStore.Active active) {
    ActivationHistory history = ActivationHistory.read(policies);
    Instant latest = clock.instant().minus(BETWEEN_CHANGES);
    Set<String> rows =
        active.policy().rules().stream()
            .filter(PolicyRule::autopilot)
            .map(PolicyRule::isp)
            .filter(isp -> history.changed(isp).filter(latest::isBefore).isEmpty())
            .collect(Collectors.toCollection(HashSet::new));
    Advice advice = advise(active, history, rows);
    Set<String> left = leftToPeople(active, history, advice);
    if (!left.isEmpty()) {
      rows.removeAll(left);
      advice = advise(active, history, rows);
    }
    if (advice.draft().isPresent()) {
      Optional<PolicyActivation> done =
          policies.replace(active.activation(), advice.draft().get(), check, AUTHOR, advice.note());
      if (done.isPresent()) {
        log.warn(
            "the autopilot has activated version {} of the port policy: {}",
            done.get().version(),
            advice.note());
      }
    }
  }

  private Advice advise(PolicyStore.Active active, ActivationHistory history, Set<String> rows) {
    return advisor.advise(
        active, history, new Advisor.Scope(row -> rows.contains(row.isp()), true));
  }

  /** Rows whose paths a person took back, and for which nothing has happened since. */
  private static Set<String> leftToPeople(
      PolicyStore.Active active, ActivationHistory history, Advice advice) {
    Set<String> left = new HashSet<>();
    for (Recommendation recommendation : advice.recommendations()) {
      for (String isp : recommendation.rows()) {
        active
            .policy()
            .rule(isp)
            .flatMap(history::takenBack)
            .filter(at -> !recommendation.since().isAfter(at))
            .ifPresent(_ -> left.add(isp));
      }
    }
    return left;
  }
}
