package io.portolan.api.pace;

import io.portolan.core.pace.WarmUpStore;

/**
 * How far a source's warm-up at a platform is.
 *
 * @param source route, and address if it has one
 * @param since the first day of the warm-up by the policy
 * @param day the latest on which there was mail, UTC
 * @param step from 1
 * @param reason why it was this step on that day
 */
public record WarmUpRow(
    String source, String platform, String since, String day, int step, String reason) {
  public static WarmUpRow of(WarmUpStore.Latest latest) {
    return new WarmUpRow(
        latest.source(),
        latest.platform(),
        latest.begun().toString(),
        latest.day().day().toString(),
        latest.day().step() + 1,
        latest.day().reason());
  }
}
