package io.portolan.core.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.recorder.ResultQueue.Entry;
import io.portolan.core.recorder.ResultStore.Offer;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ResultQueueTest {
  private final ResultQueue queue = new ResultQueue(10, Duration.ZERO);

  @Test
  void keepsAnEntryThatThereWasNoMemoryToGroup() throws Exception {
    Entry entry = offer(1);
    queue.add(entry);

    assertThatThrownBy(() -> queue.next(new Full(), Duration.ofSeconds(10)))
        .isInstanceOf(OutOfMemoryError.class);

    assertThat(queue.isEmpty()).isFalse();
    assertThat(next()).containsExactly(entry);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void aDeliveryIsInAGroupOnce() throws Exception {
    Entry first = offer(1);
    Entry again = offer(1);
    queue.add(first);
    queue.add(again);

    assertThat(next()).containsExactly(first);
    assertThat(next()).containsExactly(again);
    assertThat(queue.isEmpty()).isTrue();
  }

  private List<Entry> next() throws InterruptedException {
    List<Entry> group = new ArrayList<>();
    queue.next(group, Duration.ofSeconds(10));
    return group;
  }

  private static Entry offer(long delivery) {
    return new Entry(
        null, null, new Offer(1, 1, delivery, Instant.EPOCH), new CompletableFuture<>());
  }

  /** A list that cannot grow. */
  private static final class Full extends AbstractList<Entry> {
    @Override
    public boolean add(Entry entry) {
      throw new OutOfMemoryError("Java heap space");
    }

    @Override
    public Entry get(int index) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int size() {
      return 0;
    }
  }
}
