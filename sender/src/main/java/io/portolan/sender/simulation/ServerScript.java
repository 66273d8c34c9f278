package io.portolan.sender.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * The rules a test lays over a server's behaviours: {@code server.on(RCPT).answer(421, "4.7.0",
 * "try later").always()}. A rule is in force from its {@code once}, {@code times} or {@code always}
 * on; the earliest rule that fits a moment decides.
 *
 * <p>Thread-safe; a {@link Rule} is not until it is in force.
 */
public final class ServerScript implements Behaviour {
  private final List<Rule> rules = new CopyOnWriteArrayList<>();

  ServerScript() {}

  /** Begins a rule for a phase. */
  public Rule on(ServerPhase phase) {
    return new Rule(this, phase);
  }

  /** Takes every rule out of force. */
  public void clear() {
    rules.clear();
  }

  @Override
  public List<Reaction> react(Moment moment) {
    for (Rule rule : rules) {
      if (rule.claims(moment)) {
        return rule.reactions;
      }
    }
    return List.of();
  }

  /** One rule: when, then what, then how often. */
  public static final class Rule {
    private final ServerScript script;
    private final ServerPhase phase;
    private final List<Reaction> steps = new ArrayList<>();
    private Predicate<Moment> condition = moment -> true;
    private int skip;
    private List<Reaction> reactions = List.of();
    private int left;
    private int hits;

    private Rule(ServerScript script, ServerPhase phase) {
      this.script = script;
      this.phase = phase;
    }

    /** Narrows the rule to this reverse path. */
    public Rule from(String sender) {
      return when(moment -> moment.sender().equalsIgnoreCase(sender));
    }

    /** Narrows the rule to this forward path; before RCPT there is none. */
    public Rule to(String recipient) {
      return when(moment -> moment.recipient().equalsIgnoreCase(recipient));
    }

    /** Narrows the rule to connections through this port. */
    public Rule port(int port) {
      return when(moment -> moment.port() == port);
    }

    /** Narrows the rule further. */
    public Rule when(Predicate<Moment> further) {
      condition = condition.and(further);
      return this;
    }

    /** Lets this many fitting moments pass first. */
    public Rule after(int moments) {
      skip = moments;
      return this;
    }

    public Rule answer(int code, String enhanced, String... lines) {
      return then(new Reaction.Answer(ServerReply.of(code, enhanced, lines)));
    }

    /** Answers and then ends the connection in good order, whatever the code. */
    public Rule answerAndHangUp(int code, String enhanced, String... lines) {
      return then(new Reaction.Answer(ServerReply.of(code, enhanced, lines), true));
    }

    /** Waits before what follows; at the end of a rule the server's other behaviours follow. */
    public Rule delay(Duration duration) {
      return then(new Reaction.Delay(duration));
    }

    /** Waits for the future before what follows. */
    public Rule until(CompletableFuture<?> released) {
      return then(new Reaction.Until(released));
    }

    /** Keeps the message before what follows. */
    public Rule keepMessage() {
      return then(new Reaction.KeepMessage());
    }

    public Rule close() {
      return then(new Reaction.Close());
    }

    public Rule reset() {
      return then(new Reaction.Reset());
    }

    public Rule silence() {
      return then(new Reaction.Silence());
    }

    /** Adds any reaction. */
    public Rule then(Reaction reaction) {
      steps.add(reaction);
      return this;
    }

    public Rule once() {
      return times(1);
    }

    public Rule always() {
      return times(Integer.MAX_VALUE);
    }

    /** Puts the rule in force for this many moments. */
    public Rule times(int moments) {
      synchronized (this) {
        left = moments;
        reactions = List.copyOf(steps);
      }
      script.rules.add(this);
      return this;
    }

    /** Takes the rule out of force. */
    public void cancel() {
      script.rules.remove(this);
    }

    /** How often the rule has decided. */
    public synchronized int hits() {
      return hits;
    }

    /** Waits until the rule has decided that often; false if it has not within the timeout. */
    public synchronized boolean awaitHits(int number, Duration timeout)
        throws InterruptedException {
      long deadline = System.nanoTime() + timeout.toNanos();
      while (hits < number) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        wait(Math.max(1, left / 1_000_000));
      }
      return true;
    }

    private synchronized boolean claims(Moment moment) {
      if (moment.phase() != phase || left == 0 || !condition.test(moment)) {
        return false;
      }
      if (skip > 0) {
        skip--;
        return false;
      }
      if (left != Integer.MAX_VALUE) {
        left--;
      }
      hits++;
      notifyAll();
      return true;
    }
  }
}
