package io.portolan.api.http;

import io.javalin.http.Context;
import io.portolan.api.upload.UploadException;
import io.portolan.api.upload.UploadReceiver;
import java.io.IOException;
import java.nio.file.Path;

/** Receives the file that a request brings. */
public final class Uploads {
  private Uploads() {}

  /**
   * Writes a request's body, or the file of its form, into a file.
   *
   * @return the name under which it came
   * @throws ProblemException if it is too large or too slow, or its form is none
   */
  public static String receive(UploadReceiver receiver, Context ctx, Path file) throws IOException {
    try {
      return receiver.receive(String.valueOf(ctx.contentType()), ctx.bodyInputStream(), file);
    } catch (UploadException e) {
      String detail = String.valueOf(e.getMessage());
      throw switch (e.reason()) {
        case TOO_LARGE -> new ProblemException(413, "too-large", "Too large", detail);
        case TOO_SLOW -> new ProblemException(408, "too-slow", "Too slow", detail);
        case BAD_FORM -> new ProblemException(400, "multipart", "Bad form", detail);
      };
    }
  }
}
