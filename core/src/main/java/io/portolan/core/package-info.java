/** The model of Portolan and its tables. Knows nothing of SMTP, HTTP or Quartz. */
@NullMarked
package io.portolan.core;

import org.jspecify.annotations.NullMarked;
