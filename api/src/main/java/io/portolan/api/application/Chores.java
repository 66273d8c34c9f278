package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.core.database.Database;
import io.portolan.core.isp.IspDirectory;
import io.portolan.metrics.guardrail.ComplaintWatch;
import io.portolan.metrics.guardrail.Guardrails;
import io.portolan.metrics.policy.Autopilot;
import io.portolan.scheduler.Chore;
import io.portolan.sender.path.PathHealth;
import java.time.InstantSource;
import java.util.List;

/** What a node looks at now and then. */
final class Chores {
  private Chores() {}

  /** Those that need no more than what is stored and what is known of paths. */
  static List<Chore> of(
      Configuration configuration,
      Database database,
      Stores stores,
      IspDirectory isps,
      PathHealth paths,
      InstantSource clock) {
    return List.of(
        new Chore("forget idempotency keys of the day before", stores.idempotency()::expire),
        new Chore(
            "look at the policy for the autopilot",
            Autopilot.EVERY,
            new Autopilot(
                    database,
                    PolicySurroundings.advisor(database, stores, clock),
                    stores.policies(),
                    PolicySurroundings.check(isps, stores.relays(), paths),
                    clock)
                ::look),
        new Chore(
            "forget old transitions of paths and old feedback",
            () -> stores.forgetTransitions(configuration.database().keepAttemptsDays(), clock)));
  }

  /** Looks at complaints, of which results say nothing. */
  static Chore complaints(
      Configuration configuration,
      Database database,
      Stores stores,
      Guardrails guardrails,
      InstantSource clock) {
    return new Chore(
        "look at complaints",
        ComplaintWatch.EVERY,
        new ComplaintWatch(
                database, configuration.guards().guards(), stores.loops(), clock, guardrails::alarm)
            ::look);
  }
}
