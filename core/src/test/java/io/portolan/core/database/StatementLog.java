package io.portolan.core.database;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;

/**
 * The statements that a connection pool sends to PostgreSQL, read off its connections, so that
 * those of {@code COPY} and of batches are seen as they are sent. Those that begin and end
 * transactions or set up a session are left out.
 *
 * <p>Each simple query counts as one, and so does each execution of a prepared one.
 */
public final class StatementLog implements AutoCloseable {
  private static final List<String> NOT_COUNTED = List.of("BEGIN", "COMMIT", "ROLLBACK", "SET ");

  // the driver makes the factory itself: it is found by what the URL says
  private static final Map<String, StatementLog> LOGS = new ConcurrentHashMap<>();

  private final List<String> statements = new CopyOnWriteArrayList<>();
  private final String name = UUID.randomUUID().toString();
  private final Database database;

  /** Connects to a database once more. */
  public StatementLog(TestDatabase database) {
    LOGS.put(name, this);
    DatabaseSettings settings = database.settings();
    this.database =
        Database.connect(
            new DatabaseSettings(
                settings.jdbcUrl()
                    + (settings.jdbcUrl().contains("?") ? "&" : "?")
                    + "sslmode=disable&gssEncMode=disable&socketFactory="
                    + Sockets.class.getName()
                    + "&socketFactoryArg="
                    + name,
                settings.username(),
                settings.password(),
                settings.poolSize(),
                settings.connectionTimeout()),
            1);
  }

  /** The pool whose statements are seen. */
  public Database database() {
    return database;
  }

  /** What was sent while an action ran. */
  public List<String> of(Action action) throws Exception {
    int before = statements.size();
    action.run();
    return List.copyOf(statements.subList(before, statements.size()));
  }

  /** What is looked at. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }

  @Override
  public void close() {
    database.close();
    LOGS.remove(name);
  }

  private void sent(String sql) {
    String line = sql.strip().replaceAll("\\s+", " ");
    if (!line.isEmpty() && NOT_COUNTED.stream().noneMatch(line::startsWith)) {
      statements.add(line);
    }
  }

  /** Makes the sockets of the pool. */
  public static final class Sockets extends SocketFactory {
    private final StatementLog log;

    /**
     * @param name of the log
     */
    public Sockets(String name) {
      log = Objects.requireNonNull(LOGS.get(name), "no such log");
    }

    @Override
    public Socket createSocket() {
      return new Socket() {
        @Override
        public OutputStream getOutputStream() throws IOException {
          return new Frontend(super.getOutputStream(), log);
        }
      };
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException("the driver connects by itself");
    }
  }

  /** Reads messages of the frontend as they pass (PostgreSQL's protocol, version 3). */
  private static final class Frontend extends FilterOutputStream {
    private final StatementLog log;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    private final Map<String, String> prepared = new HashMap<>();
    private String bound = "";
    private boolean isStarted;

    Frontend(OutputStream out, StatementLog log) {
      super(out);
      this.log = log;
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int start, int length) throws IOException {
      unread.write(octets, start, length);
      ByteBuffer buffer = ByteBuffer.wrap(unread.toByteArray());
      int head = isStarted ? 1 : 0;
      while (buffer.remaining() >= head + 4
          && buffer.remaining() >= head + buffer.getInt(buffer.position() + head)) {
        char type = isStarted ? (char) buffer.get() : ' ';
        byte[] body = new byte[buffer.getInt() - 4];
        buffer.get(body);
        read(type, body);
        isStarted = true;
        head = 1;
      }
      unread.reset();
      unread.write(buffer.array(), buffer.position(), buffer.remaining());
      out.write(octets, start, length);
    }

    private void read(char type, byte[] body) {
      switch (type) {
        case 'Q' -> log.sent(text(body, 0));
        case 'P' -> prepared.put(text(body, 0), text(body, end(body, 0) + 1));
        case 'B' -> bound = text(body, end(body, 0) + 1);
        case 'E' -> log.sent(prepared.getOrDefault(bound, "unknown"));
        default -> {
          // tells of no statement
        }
      }
    }

    private static String text(byte[] body, int from) {
      return new String(body, from, end(body, from) - from, StandardCharsets.UTF_8);
    }

    private static int end(byte[] body, int from) {
      int end = from;
      while (body[end] != 0) {
        end++;
      }
      return end;
    }
  }
}
