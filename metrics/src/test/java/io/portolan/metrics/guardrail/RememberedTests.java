package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.metrics.guardrail.GuardStore.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Tests kept in memory, for simulations: what the statements of {@link GuardStore} do with a row.
 * Not thread-safe.
 */
final class RememberedTests implements GuardJudge.Tests {
  private final Function<GuardStore.Key, SequentialTest> limits;
  private final Map<GuardStore.Key, State> rows = new HashMap<>();

  RememberedTests(Function<GuardStore.Key, SequentialTest> limits) {
    this.limits = limits;
  }

  @Override
  public List<State> add(Map<GuardStore.Key, Tally> counts) {
    List<State> after = new ArrayList<>();
    counts.forEach((key, counted) -> after.add(add(key, counted)));
    return after;
  }

  private State add(GuardStore.Key key, Tally counted) {
    Steps steps = limits.apply(key).steps();
    double sum = counted.hits() * steps.up() + (counted.trials() - counted.hits()) * steps.down();
    State before =
        rows.getOrDefault(key, new State(key, 0, 0, 0, 0, steps.up(), /* isApart= */ false));
    State after =
        new State(
            key,
            before.trials() + counted.trials(),
            before.hits() + counted.hits(),
            Math.max(0, before.score() + sum),
            before.total() + sum,
            before.up(),
            before.isApart());
    rows.put(key, after);
    return after;
  }

  @Override
  public State setApart(State isp) {
    rows.put(
        isp.key(),
        new State(
            isp.key(),
            isp.trials(),
            isp.hits(),
            isp.score(),
            isp.total(),
            isp.up(),
            /* isApart= */ true));
    State campaign = Objects.requireNonNull(rows.get(isp.key().ofCampaign()));
    long trials = Math.max(0, campaign.trials() - isp.trials());
    State rest =
        new State(
            campaign.key(),
            trials,
            Math.min(Math.max(0, campaign.hits() - isp.hits()), trials),
            Math.max(0, campaign.score() - isp.score()),
            campaign.total() - isp.score(),
            campaign.up(),
            campaign.isApart());
    rows.put(campaign.key(), rest);
    return rest;
  }
}
