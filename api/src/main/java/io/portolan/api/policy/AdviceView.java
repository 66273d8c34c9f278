package io.portolan.api.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.portolan.core.policy.PolicyComparison;
import io.portolan.core.policy.PolicyDocument;
import io.portolan.core.policy.PortPolicy;
import io.portolan.metrics.policy.Advice;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Advice on the active policy as JSON.
 *
 * @param changes what the draft changes of the active policy, row by row in words
 * @param draft the policy with all recommendations in it; left out when there are none
 */
public record AdviceView(
    int activeVersion,
    List<Recommendation> recommendations,
    List<String> hints,
    List<String> warnings,
    List<String> lookedAt,
    List<String> changes,
    @JsonRawValue @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String draft) {
  public AdviceView {
    recommendations = List.copyOf(recommendations);
    hints = List.copyOf(hints);
    warnings = List.copyOf(warnings);
    lookedAt = List.copyOf(lookedAt);
    changes = List.copyOf(changes);
  }

  /**
   * One change and why.
   *
   * @param savedMillis at each opening, as measured
   */
  public record Recommendation(
      String kind, List<String> rows, String reason, Optional<Long> savedMillis) {
    public Recommendation {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Shows advice.
   *
   * @param active the policy that it is on
   */
  public static AdviceView of(Advice advice, PortPolicy active) {
    return new AdviceView(
        advice.activeVersion(),
        advice.recommendations().stream()
            .map(
                each ->
                    new Recommendation(
                        each.kind().id(), each.rows(), each.reason(), each.savedMillis()))
            .toList(),
        advice.hints(),
        advice.warnings(),
        advice.lookedAt(),
        advice.draft().map(draft -> PolicyComparison.words(active, draft)).orElse(List.of()),
        advice.draft().map(PolicyDocument::writeJson).orElse(null));
  }
}
