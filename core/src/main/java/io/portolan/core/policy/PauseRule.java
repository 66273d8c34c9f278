package io.portolan.core.policy;

import io.portolan.core.json.HumanDuration;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A reply at which mail is held for a while. An answer proves the port open, so that no other port
 * is tried for it.
 *
 * @param reply as the policy writes it: a code such as {@code 421}, an enhanced code such as {@code
 *     4.7.28}, or a regular expression between slashes that is looked for in the reply's line
 * @param length how long the mail is held
 */
public record PauseRule(String reply, Duration length, Scope scope) {
  private static final Pattern CODE = Pattern.compile("[1-9]\\d\\d");
  private static final Pattern ENHANCED = Pattern.compile("\\d\\.\\d{1,3}\\.\\d{1,3}");

  /** What is held. */
  public enum Scope {
    /** All mail to the platform. */
    PLATFORM,
    /** The platform's mail on the route, and from the source, that met the reply. */
    PATH;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> of(String id) {
      return Arrays.stream(values()).filter(scope -> scope.id().equals(id)).findFirst();
    }
  }

  public PauseRule {
    problem(reply)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("reply " + problem);
            });
  }

  /** What is wrong with the reply of a rule as it is written; empty if it is right. */
  public static Optional<String> problem(String reply) {
    if (CODE.matcher(reply).matches() || ENHANCED.matcher(reply).matches()) {
      return Optional.empty();
    }
    if (!isExpression(reply)) {
      return Optional.of(
          "must be a code such as 421, an enhanced code such as 4.7.28, or a regular expression"
              + " between slashes, not \""
              + reply
              + "\"");
    }
    try {
      var _ = Pattern.compile(expression(reply));
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of("is no regular expression: " + e.getDescription());
    }
  }

  /** Whether a refusal is one for which this holds. */
  public boolean matches(SmtpReply answer) {
    if (isExpression(reply)) {
      return Pattern.compile(expression(reply)).matcher(answer.line()).find();
    }
    return CODE.matcher(reply).matches()
        ? reply.equals(String.valueOf(answer.code()))
        : answer.enhanced().map(EnhancedStatusCode::toString).filter(reply::equals).isPresent();
  }

  /** Whether there is a refusal that this matches: a code of 4yz or 5yz, or any expression. */
  boolean canMatch() {
    return isExpression(reply) || reply.startsWith("4") || reply.startsWith("5");
  }

  /** Such as {@code 4.7.28 for 10m}, with its scope where that is not the platform. */
  @Override
  public String toString() {
    return reply + " for " + HumanDuration.format(length) + (scope == Scope.PATH ? " (path)" : "");
  }

  private static boolean isExpression(String reply) {
    return reply.length() > 2 && reply.startsWith("/") && reply.endsWith("/");
  }

  private static String expression(String reply) {
    return reply.substring(1, reply.length() - 1);
  }
}
