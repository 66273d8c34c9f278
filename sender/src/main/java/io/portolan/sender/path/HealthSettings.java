package io.portolan.sender.path;

import java.time.Duration;

/**
 * How patient path health is.
 *
 * @param firstBlock how long a path that failed is left alone; doubled with each bad look
 * @param longestBlock the most it is left alone
 * @param confirm between the two good looks that reopen a blocked path, and the two rounds of looks
 *     that a verdict on a port needs
 * @param suspectFor after how long a path that was open until it failed is looked at, before it
 *     counts as blocked; zero: it is blocked at once
 * @param rampFor how long a path that reopened is given its sessions one by one
 * @param evidenceWindow within which connect failures at unrelated platforms add up to a blocked
 *     port
 * @param loginHold how long a relay that refused the login, or all our mail, is left alone
 */
public record HealthSettings(
    Duration firstBlock,
    Duration longestBlock,
    Duration confirm,
    Duration suspectFor,
    Duration rampFor,
    Duration evidenceWindow,
    Duration loginHold) {
  public static final HealthSettings DEFAULT =
      new HealthSettings(
          Duration.ofMinutes(5),
          Duration.ofMinutes(60),
          Duration.ofMinutes(1),
          Duration.ofSeconds(20),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15));

  public HealthSettings {
    if (!firstBlock.isPositive() || longestBlock.compareTo(firstBlock) < 0) {
      throw new IllegalArgumentException(
          "firstBlock must be positive and not above longestBlock: "
              + firstBlock
              + ", "
              + longestBlock);
    }
    if (!confirm.isPositive()) {
      throw new IllegalArgumentException("confirm must be positive");
    }
    if (suspectFor.isNegative() || rampFor.isNegative()) {
      throw new IllegalArgumentException("suspectFor and rampFor must not be negative");
    }
    if (!evidenceWindow.isPositive() || !loginHold.isPositive()) {
      throw new IllegalArgumentException("evidenceWindow and loginHold must be positive");
    }
  }

  /**
   * How long a path is left alone.
   *
   * @param strikes failures in a row, at least 1
   */
  public Duration blockFor(int strikes) {
    Duration block = firstBlock;
    for (int strike = 1; strike < strikes && block.compareTo(longestBlock) < 0; strike++) {
      block = block.multipliedBy(2);
    }
    return block.compareTo(longestBlock) < 0 ? block : longestBlock;
  }
}
