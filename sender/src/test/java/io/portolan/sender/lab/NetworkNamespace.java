package io.portolan.sender.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A named network namespace of this machine. A socket belongs for good to the namespace in which it
 * was made, so this process can stand in many networks at once. Thread-safe.
 */
final class NetworkNamespace implements AutoCloseable {
  private static final int READ_ONLY_CLOSE_ON_EXEC = 0x80000;
  private static final int CLONE_NEWNET = 0x40000000;

  private final String name;

  private NetworkNamespace(String name) {
    this.name = name;
  }

  static NetworkNamespace create(String name) throws IOException {
    Commands.run(List.of("ip", "netns", "add", name));
    NetworkNamespace made = new NetworkNamespace(name);
    made.ip("link", "set", "lo", "up");
    return made;
  }

  String name() {
    return name;
  }

  /** A command that runs within; its process is the command's own. */
  List<String> command(List<String> words) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(words);
    return all;
  }

  /** Runs {@code ip} on the devices, addresses and routes within. */
  void ip(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "-n", name));
    all.addAll(List.of(words));
    Commands.run(all);
  }

  /** Calls on a thread within. */
  <T> T inside(Callable<T> call) throws IOException {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter();
              return call.call();
            });
    Thread.ofPlatform().daemon().name("in " + name).start(task); // ends there, and never comes back
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException("in namespace " + name + ": " + e.getCause(), e.getCause());
    }
  }

  /** Removes it; what still uses it keeps a nameless network that leads nowhere. */
  @Override
  public void close() throws IOException {
    Commands.run(List.of("ip", "netns", "del", name));
  }

  private void enter() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(Path.of("/run/netns", name).toString());
      int file = (int) Calls.OPEN.invokeExact(path, READ_ONLY_CLOSE_ON_EXEC);
      int entered = (int) Calls.SETNS.invokeExact(file, CLONE_NEWNET);
      int closed = (int) Calls.CLOSE.invokeExact(file);
      if (file < 0 || entered != 0 || closed != 0) {
        throw new IOException("cannot enter network namespace " + name);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) { // a method handle declares no less
      throw new IllegalStateException(e);
    }
  }

  /** The calls of the C library. */
  private static final class Calls {
    static final MethodHandle OPEN =
        handle(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle SETNS =
        handle(
            "setns",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    static final MethodHandle CLOSE =
        handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    @SuppressWarnings("restricted") // Java itself cannot enter a namespace
    private static MethodHandle handle(
        String name, FunctionDescriptor type, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
    }
  }
}
