package io.portolan.api.http;

import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.application.Stores;
import io.portolan.api.upload.UploadDirectory;
import io.portolan.api.upload.UploadReceiver;
import io.portolan.core.CoreException;
import io.portolan.core.InvalidException;
import io.portolan.core.list.ImportJob;
import io.portolan.core.list.ImportOptions;
import io.portolan.core.list.ImportRequest;
import io.portolan.core.list.RecipientImporter;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Imports of recipients: an upload is kept in a file, and a job reads it. */
final class ImportsApi implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImportsApi.class);

  private static final String OF_LIST = "/api/v1/lists/{id}/imports";
  private static final String ONE = "/api/v1/imports/{id}";

  private static final Duration BEGIN = Duration.ofSeconds(60);

  private static final Duration STOP = Duration.ofSeconds(5);

  private final Stores stores;
  private final UploadDirectory uploads;
  private final UploadReceiver receiver;
  private final RecipientImporter importer;
  private final InstantSource clock;
  private final ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor();

  ImportsApi(Application.Parts parts, UploadDirectory uploads) {
    this.uploads = uploads;
    stores = parts.stores();
    clock = parts.clock();
    importer = new RecipientImporter(parts.database(), clock, RecipientImporter.PATIENCE);
    receiver = new UploadReceiver(uploads.path(), parts.configuration().http().maxUploadBytes());
  }

  /** An import with what can be said of its speed. */
  record ImportView(
      long id,
      long listId,
      String fileName,
      String state,
      Optional<Long> bytesTotal,
      long bytesRead,
      Optional<Double> percent,
      long rowsRead,
      double rowsPerSecond,
      Optional<Double> secondsLeft,
      long created,
      long updated,
      long unchanged,
      long duplicate,
      long rejected,
      long rejectsKept,
      Optional<String> error,
      Instant startedAt,
      Optional<Instant> finishedAt) {

    static ImportView of(ImportJob job, Instant now) {
      ImportJob.Progress progress = job.progress();
      return new ImportView(
          job.id(),
          job.listId(),
          progress.fileName(),
          job.state().id(),
          progress.bytesTotal(),
          progress.bytesRead(),
          progress
              .bytesTotal()
              .map(total -> total == 0 ? 100.0 : 100.0 * progress.bytesRead() / total),
          job.rows().read(),
          job.rowsPerSecond(now),
          job.timeLeft(now).map(left -> left.toMillis() / 1000.0),
          job.rows().created(),
          job.rows().updated(),
          job.rows().unchanged(),
          job.rows().duplicate(),
          job.rows().rejected(),
          job.rows().rejectsKept(),
          job.error(),
          progress.startedAt(),
          progress.finishedAt());
    }
  }

  void routes(RoutesConfig routes) {
    routes.post(OF_LIST, Idempotent.ofUpload(stores.idempotency(), this::upload), Access.OPERATE);
    routes.get(OF_LIST, this::list, Access.READ);
    routes.get(ONE, ctx -> json(ctx, view(stores.imports().get(id(ctx, "id")))), Access.READ);
    routes.get(ONE + "/rejects", this::rejects, Access.READ);
  }

  /** Stops the imports that run; each says in its record how far it came. */
  @Override
  public void close() {
    jobs.shutdownNow();
    try {
      if (!jobs.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("Imports still run after {}; they end with the process", STOP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ImportView view(ImportJob job) {
    return ImportView.of(job, clock.instant());
  }

  private void upload(Context ctx) throws IOException, InterruptedException {
    Requests.allowQuery(ctx, "filename", "addressColumn", "separator", "map");
    long listId = stores.lists().get(id(ctx, "id")).id();
    ImportOptions options =
        new ImportOptions(
            Requests.query(ctx, "separator").map(ImportsApi::separator),
            Requests.query(ctx, "addressColumn"),
            attributes(ctx));
    // a file that could not be imported now is not received; a place is taken when it is here
    importer.reserve().close();
    RecipientImporter.@Nullable Place place = null;
    boolean handedOver = false;
    Path file = uploads.newFile(".csv");
    try {
      String uploadedName = Uploads.receive(receiver, ctx, file);
      place = importer.reserve();
      try (InputStream csv = new BufferedInputStream(Files.newInputStream(file))) {
        RecipientImporter.readHeader(csv, options);
      }
      String name = Requests.query(ctx, "filename").orElse(uploadedName);
      ImportRequest request =
          new ImportRequest(listId, name, Optional.of(Files.size(file)), options);
      handedOver = true;
      ImportJob job = begin(place, request, file);
      ctx.status(202).header("Location", "/api/v1/imports/" + job.id());
      json(ctx, view(job));
    } finally {
      if (!handedOver) {
        if (place != null) {
          place.close();
        }
        Files.deleteIfExists(file);
      }
    }
  }

  private ImportJob begin(RecipientImporter.Place place, ImportRequest request, Path file)
      throws InterruptedException {
    CompletableFuture<ImportJob> begun = new CompletableFuture<>();
    jobs.execute(
        () -> {
          try (InputStream csv = new BufferedInputStream(Files.newInputStream(file))) {
            importer.run(place, request, csv, begun::complete);
          } catch (IOException | RuntimeException e) {
            if (!begun.completeExceptionally(e)) {
              log.error(
                  "Import of {} stopped; its record says how far it came", request.fileName(), e);
            }
          } finally {
            place.close();
            delete(file);
          }
        });
    try {
      return begun.get(BEGIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CoreException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("the import could not begin", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the import did not begin within " + BEGIN, e);
    }
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "limit", "cursor");
    Requests.listing(
        ctx,
        stores.imports().page(id(ctx, "id"), Requests.cursor(ctx), Requests.limit(ctx)),
        this::view);
  }

  private void rejects(Context ctx) throws IOException {
    ImportJob job = stores.imports().get(id(ctx, "id"));
    // by way of a file: what is sent is whole, and a failure is still answered as one
    Path file = uploads.newFile(".rejects");
    try (BufferedWriter csv = Files.newBufferedWriter(file)) {
      stores.imports().writeRejects(job.id(), csv);
    } catch (IOException | RuntimeException e) {
      delete(file);
      throw e;
    }
    ctx.header(
        "Content-Disposition", "attachment; filename=\"import-" + job.id() + "-rejects.csv\"");
    ctx.contentType("text/csv; charset=utf-8")
        .result(Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE));
  }

  /** The attributes that columns are named as, by {@code map=Column:attribute}. */
  private static Map<String, String> attributes(Context ctx) {
    Map<String, String> attributes = new HashMap<>();
    for (String written : ctx.queryParams("map")) {
      int colon = written.lastIndexOf(':');
      if (colon < 1) {
        throw new InvalidException(
            "map",
            "\"" + written + "\" is not such as Column:attribute, or Column: to leave it out");
      }
      if (attributes.put(written.substring(0, colon), written.substring(colon + 1)) != null) {
        throw new InvalidException(
            "map", "names the column \"" + written.substring(0, colon) + "\" twice");
      }
    }
    return attributes;
  }

  private static char separator(String text) {
    return switch (text) {
      case "comma", "," -> ',';
      case "semicolon", ";" -> ';';
      case "tab", "\t" -> '\t';
      default -> throw new InvalidException("separator", "is none of comma, semicolon and tab");
    };
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
