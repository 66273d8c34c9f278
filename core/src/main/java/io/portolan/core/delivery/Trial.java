package io.portolan.core.delivery;

/**
 * Bounds the messages under way of a campaign to an ISP while it is not known how they fare, so
 * that few more go out than it takes to find out. Thread-safe and quick enough for every message.
 */
public interface Trial {
  /** Bounds nothing. */
  Trial NONE =
      new Trial() {
        @Override
        public boolean enter(long campaignId, String isp) {
          return true;
        }

        @Override
        public void leave(long campaignId, String isp) {}
      };

  /**
   * Counts a message that is about to be carried.
   *
   * @return false when as many as may be are under way
   */
  boolean enter(long campaignId, String isp);

  /** Counts a message off whose result is durable, or that was left. */
  void leave(long campaignId, String isp);
}
