package io.portolan.metrics.comparison;

import io.portolan.metrics.report.Report;
import java.util.ArrayList;
import java.util.List;

/**
 * Two reports, and what moved between them.
 *
 * @param movers the largest changes, by how many messages they are about; {@value Comparer#MOST} at
 *     most
 * @param slower ISPs that took much more or less time to accept, in sentences
 * @param tooEarly rates that are lower so far, of mail about which more may come back, in sentences
 * @param onlyBefore ISPs that got mail before alone
 * @param onlyAfter ISPs that got mail after alone
 */
public record Comparison(
    Report before,
    Report after,
    List<Mover> movers,
    List<String> slower,
    List<String> tooEarly,
    List<String> onlyBefore,
    List<String> onlyAfter) {
  /** What changed, a sentence each, the largest change first. */
  public List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    movers.stream().map(Mover::words).forEach(sentences::add);
    sentences.addAll(slower);
    sentences.addAll(tooEarly);
    only(sentences, "Only before", onlyBefore);
    only(sentences, "Only after", onlyAfter);
    if (sentences.isEmpty()) {
      sentences.add("Nothing changed by more than chance explains.");
    }
    return sentences;
  }

  private static void only(List<String> sentences, String label, List<String> isps) {
    if (!isps.isEmpty()) {
      sentences.add(label + ": " + String.join(", ", isps) + ".");
    }
  }
}
