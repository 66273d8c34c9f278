package io.portolan.api.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class DelayLineTest {
  private static final Duration ROUND_TRIP = Duration.ofMillis(80);
  private static final int MANY = 3_000_000;

  @Test
  void holdsEachWayBackForHalfARoundTripAndPassesTheEndOn() throws IOException {
    try (ServerSocket echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        DelayLine line = DelayLine.start(echo.getLocalPort(), ROUND_TRIP);
        Socket client = new Socket(InetAddress.getLoopbackAddress(), line.port())) {
      CompletableFuture<Long> arrived = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> echo(echo, arrived));

      long start = System.nanoTime();
      client.getOutputStream().write('x');
      int answer = client.getInputStream().read();
      long took = System.nanoTime() - start;
      client.shutdownOutput();

      assertThat(answer).isEqualTo('x');
      assertThat(Duration.ofNanos(took)).isGreaterThanOrEqualTo(ROUND_TRIP);
      assertThat(Duration.ofNanos(arrived.join() - start))
          .isBetween(
              ROUND_TRIP.dividedBy(2), Duration.ofNanos(took).minus(ROUND_TRIP.dividedBy(2)));
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void losesNothingOfAStreamLongerThanItHolds()
      throws IOException, ExecutionException, InterruptedException {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        DelayLine line = DelayLine.start(server.getLocalPort(), Duration.ofMillis(4));
        Socket client = new Socket(InetAddress.getLoopbackAddress(), line.port());
        Socket accepted = server.accept()) {
      byte[] sent = new byte[MANY];
      for (int i = 0; i < sent.length; i++) {
        sent[i] = (byte) (i * 31);
      }
      CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> all(accepted));

      client.getOutputStream().write(sent);
      client.shutdownOutput();

      assertThat(received.get()).isEqualTo(sent);
    }
  }

  private static byte[] all(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void echo(ServerSocket server, CompletableFuture<Long> arrived) {
    try (Socket socket = server.accept()) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (int octet = in.read(); octet >= 0; octet = in.read()) {
        arrived.complete(System.nanoTime());
        out.write(octet);
      }
    } catch (IOException e) {
      arrived.completeExceptionally(e);
    }
  }
}
