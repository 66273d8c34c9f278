package io.portolan.metrics.policy;

import io.portolan.core.ConflictException;
import io.portolan.core.database.Database;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.Route;
import io.portolan.metrics.policy.ActivationHistory.Turn;
import io.portolan.metrics.policy.Facts.Earlier;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Says what to change in the policy in force, from what is known of ports and paths at this moment.
 * Changes nothing. Thread-safe; holds no state.
 */
public final class PolicyAdvisor {
  private static final Duration LOOK_BACK = Duration.ofDays(1);
  private static final Duration LONGEST_LOOK_BACK = Duration.ofDays(31);

  /** Mail meets the trouble for so long before two rounds of looks agree on it. */
  private static final Duration BEFORE_VERDICT = Duration.ofMinutes(15);

  private final Database database;
  private final PolicyStore policies;
  private final Supplier<? extends Collection<? extends Route>> relays;
  private final InstantSource clock;

  /**
   * @param relays that there are at the moment of the call
   */
  public PolicyAdvisor(
      Database database,
      PolicyStore policies,
      Supplier<? extends Collection<? extends Route>> relays,
      InstantSource clock) {
    this.database = database;
    this.policies = policies;
    this.relays = relays;
    this.clock = clock;
  }

  /**
   * Advises on the policy in force.
   *
   * @throws ConflictException if none is
   */
  public Advice advise() {
    PolicyStore.Active active =
        policies.active().orElseThrow(() -> new ConflictException("No port policy is active yet."));
    return advise(active, ActivationHistory.read(policies), Advisor.Scope.ALL);
  }

  Advice advise(PolicyStore.Active active, ActivationHistory history, Advisor.Scope scope) {
    return new Advisor(active.policy(), relays.get(), facts(active.policy(), history), scope)
        .advise(active.activation().version());
  }

  private Facts facts(PortPolicy active, ActivationHistory history) {
    Instant now = clock.instant();
    return database.read(
        connection -> {
          List<Facts.Verdict> verdicts = FactStore.verdicts(connection, now);
          boolean isHeldDown =
              verdicts.stream()
                  .anyMatch(
                      verdict -> !verdict.isStale() && verdict.verdict().equals(Advisor.HELD_DOWN));
          return new Facts(
              now,
              verdicts,
              FactStore.health(connection, now),
              FactStore.failures(connection, beginOfTrouble(verdicts, now), now),
              isHeldDown ? FactStore.calm(connection, now.minus(LOOK_BACK), now) : Map.of(),
              earlier(connection, active, history));
        });
  }

  /**
   * A day ago, or when the longest trouble began, which costs no failures any more once it is
   * known.
   */
  private static Instant beginOfTrouble(List<Facts.Verdict> verdicts, Instant now) {
    Instant dayAgo = now.minus(LOOK_BACK);
    Instant earliest = now.minus(LONGEST_LOOK_BACK);
    return verdicts.stream()
        .filter(verdict -> !verdict.isStale() && !verdict.verdict().equals("open"))
        .map(verdict -> verdict.since().minus(BEFORE_VERDICT))
        .filter(dayAgo::isAfter)
        .min(Instant::compareTo)
        .map(since -> since.isBefore(earliest) ? earliest : since)
        .orElse(dayAgo);
  }

  private static Map<String, Earlier> earlier(
      Connection connection, PortPolicy active, ActivationHistory activations) throws SQLException {
    Map<Instant, HealthHistory> histories = new HashMap<>();
    Map<String, Earlier> earlier = new HashMap<>();
    for (PolicyRule row : active.rules()) {
      Optional<Turn> turn = row.paths().isEmpty() ? Optional.empty() : activations.turn(row);
      if (turn.isPresent()) {
        Instant at = turn.get().at();
        HealthHistory history = histories.get(at);
        if (history == null) {
          history = HistoryStore.health(connection, at, at);
          histories.put(at, history);
        }
        List<PolicyPath> paths = turn.get().paths();
        earlier.put(
            row.isp(),
            new Earlier(
                turn.get().version(),
                paths,
                turn.get().byAutopilot(),
                !history.isOpenAt(paths.getFirst().path(), row.isp(), at)));
      }
    }
    return earlier;
  }
}
