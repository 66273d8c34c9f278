package io.portolan.sender.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineWatchTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE + 5, Long.MAX_VALUE - 5})
  void closesWhatIsLateAndNothingElse(long start) throws IOException {
    AtomicLong clock = new AtomicLong(start);
    try (DeadlineWatch watch = new DeadlineWatch(clock::get);
        Socket late = new Socket();
        Socket done = new Socket();
        Socket idle = new Socket()) {
      DeadlineWatch.Guard guardOfLate = watch.guard(late);
      DeadlineWatch.Guard guardOfDone = watch.guard(done);
      DeadlineWatch.Guard guardOfIdle = watch.guard(idle);
      guardOfLate.within(SECOND);
      guardOfDone.within(SECOND);
      guardOfDone.lift();

      clock.addAndGet(SECOND.toNanos() - 1);
      watch.sweep();
      assertThat(guardOfLate.expired()).isFalse();

      clock.addAndGet(2);
      watch.sweep();
      assertThat(guardOfLate.expired()).isTrue();
      assertThat(late.isClosed()).isTrue();
      assertThat(guardOfDone.expired()).isFalse();
      assertThat(guardOfIdle.expired()).isFalse();
      assertThat(done.isClosed()).isFalse();
      assertThat(idle.isClosed()).isFalse();
      assertThat(watch.connections()).isEqualTo(2);

      guardOfDone.release();
      guardOfIdle.release();
      assertThat(watch.connections()).isZero();
    }
  }

  @Test
  void aNewDeadlineReplacesTheOld() throws IOException {
    AtomicLong clock = new AtomicLong();
    try (DeadlineWatch watch = new DeadlineWatch(clock::get);
        Socket socket = new Socket()) {
      DeadlineWatch.Guard guard = watch.guard(socket);
      guard.within(SECOND);
      clock.addAndGet(SECOND.toNanos() - 1);
      guard.within(SECOND);
      clock.addAndGet(SECOND.toNanos() - 1);
      watch.sweep();
      assertThat(guard.expired()).isFalse();
      guard.release();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void endsABlockedReadAndABlockedWrite(boolean reads)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    try (DeadlineWatch watch = new DeadlineWatch();
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket mute = server.accept()) {
      DeadlineWatch.Guard guard = watch.guard(socket);
      guard.within(Duration.ofMillis(100));
      CompletableFuture<Boolean> blocked =
          CompletableFuture.supplyAsync(
              () -> reads ? readFails(socket) : writeFails(socket),
              task -> Thread.ofVirtual().start(task));
      assertThat(blocked.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(guard.expired()).isTrue();
      assertThat(watch.connections()).isZero();
      assertThat(mute.isConnected()).isTrue();
    }
  }

  @Test
  void watchesAConnectionThatComesAsTheLastOneGoes() throws Exception {
    LastGoes guards = new LastGoes();
    try (DeadlineWatch watch = new DeadlineWatch(System::nanoTime, guards);
        Socket last = new Socket();
        Socket next = new Socket()) {
      guards.last = watch.guard(last);

      watch.guard(next).within(Duration.ofMillis(1));

      assertThat(guards.expired.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Guards of which the last one goes, and the sweeper to sleep, just before the next comes. */
  private static final class LastGoes extends AbstractSet<DeadlineWatch.Guard> {
    private final Set<DeadlineWatch.Guard> guards = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Boolean> expired = new CompletableFuture<>();
    private DeadlineWatch.@Nullable Guard last;
    private volatile @Nullable Thread sweeper;

    @Override
    public boolean add(DeadlineWatch.Guard guard) {
      if (last != null) {
        last.release();
        Thread asleep = sweeper;
        while (asleep == null || asleep.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
          asleep = sweeper;
        }
      }
      return guards.add(guard);
    }

    @Override
    public boolean isEmpty() {
      if (Thread.currentThread().isDaemon() && !Thread.currentThread().isVirtual()) {
        sweeper = Thread.currentThread();
      }
      return guards.isEmpty();
    }

    @Override
    public boolean remove(Object guard) {
      boolean removed = guards.remove(guard);
      if (guard != last && removed) {
        expired.complete(true);
      }
      return removed;
    }

    @Override
    public Iterator<DeadlineWatch.Guard> iterator() {
      return guards.iterator();
    }

    @Override
    public int size() {
      return guards.size();
    }
  }

  private static boolean readFails(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean writeFails(Socket socket) {
    try {
      while (true) {
        socket.getOutputStream().write(new byte[1 << 16]);
      }
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void givesUpTheWaitThatItSawAndLetsNothingMoreBeWritten() throws IOException {
    AtomicLong clock = new AtomicLong(1_000);
    try (DeadlineWatch watch = new DeadlineWatch(clock::get);
        Socket socket = new Socket()) {
      DeadlineWatch.Guard guard = watch.guard(socket);
      assertThat(guard.waiting()).isEmpty();
      guard.within(Duration.ofMinutes(5));
      clock.addAndGet(SECOND.toNanos());
      DeadlineWatch.Wait wait = guard.waiting().orElseThrow();
      assertThat(wait.lasts()).isEqualTo(SECOND);

      assertThat(guard.giveUp(wait)).isTrue();

      assertThat(socket.isClosed()).isTrue();
      assertThat(guard.expired()).isTrue();
      guard.lift();
      assertThatExceptionOfType(SocketException.class).isThrownBy(() -> guard.within(SECOND));
    }
  }

  @Test
  void doesNotGiveUpAnotherWaitThanTheOneThatItSaw() throws IOException {
    AtomicLong clock = new AtomicLong(1_000);
    try (DeadlineWatch watch = new DeadlineWatch(clock::get);
        Socket socket = new Socket()) {
      DeadlineWatch.Guard guard = watch.guard(socket);
      guard.within(Duration.ofMinutes(5));
      DeadlineWatch.Wait seen = guard.waiting().orElseThrow();
      clock.addAndGet(SECOND.toNanos());
      guard.within(Duration.ofMinutes(10));

      assertThat(guard.giveUp(seen)).isFalse();

      assertThat(socket.isClosed()).isFalse();
      guard.lift();
      guard.release();
    }
  }
}
