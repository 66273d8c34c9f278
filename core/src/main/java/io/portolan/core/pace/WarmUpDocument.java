package io.portolan.core.pace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portolan.core.json.DocumentNode;
import io.portolan.core.pace.WarmUp.Scheme;
import io.portolan.core.policy.PolicyPath.Cap;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A warm-up as people write it in a policy. Holds no state. */
public final class WarmUpDocument {
  private WarmUpDocument() {}

  /** Reads a warm-up; empty with a problem noted if it is none. */
  public static Optional<WarmUp> read(DocumentNode node) {
    if (!node.isObject("since", "scheme", "firstStep")) {
      return Optional.empty();
    }
    Optional<LocalDate> since = node.require("since").flatMap(WarmUpDocument::date);
    Optional<List<Cap>> steps = node.require("scheme").flatMap(WarmUpDocument::steps);
    // from 1, as people count days
    int longest = steps.map(List::size).orElse(Integer.MAX_VALUE);
    Optional<Integer> first = node.find("firstStep").flatMap(it -> it.integer(1, longest));
    return since.flatMap(day -> steps.map(all -> new WarmUp(day, all, first.orElse(1) - 1)));
  }

  /** Writes a warm-up so that it reads as the same one. */
  public static void write(ObjectNode node, WarmUp plan) {
    node.put("since", plan.since().toString());
    Optional<Scheme> scheme = plan.scheme();
    if (scheme.isPresent()) {
      node.put("scheme", scheme.get().id());
    } else {
      ArrayNode steps = node.putArray("scheme");
      plan.steps().forEach(step -> steps.add(step.toString()));
    }
    if (plan.firstStep() > 0) {
      node.put("firstStep", plan.firstStep() + 1);
    }
  }

  private static Optional<LocalDate> date(DocumentNode node) {
    Optional<String> text = node.text();
    try {
      return text.map(LocalDate::parse);
    } catch (DateTimeException e) {
      node.problem("must be a day such as 2026-11-20, not \"" + text.orElse("") + "\"");
      return Optional.empty();
    }
  }

  private static Optional<List<Cap>> steps(DocumentNode node) {
    if (node.isText()) {
      Optional<Scheme> scheme = node.text().flatMap(Scheme::of);
      if (scheme.isEmpty()) {
        node.problem(
            "must be "
                + Stream.of(Scheme.values()).map(Scheme::id).collect(Collectors.joining(", "))
                + " or a list of steps such as [50/d, 100/d]");
      }
      return scheme.map(Scheme::steps);
    }
    List<Optional<Cap>> read =
        node.items().stream().map(each -> each.text().flatMap(Cap::parse)).toList();
    if (!read.stream().allMatch(Optional::isPresent)) {
      node.problem("must be a list of steps such as [50/d, 100/d]");
      return Optional.empty();
    }
    List<Cap> steps = read.stream().flatMap(Optional::stream).toList();
    Optional<String> problem = WarmUp.problem(steps);
    problem.ifPresent(node::problem);
    return problem.isPresent() ? Optional.empty() : Optional.of(steps);
  }
}
