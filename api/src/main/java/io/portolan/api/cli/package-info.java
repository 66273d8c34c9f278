/** The command line: {@code serve} and the API's calls as commands. */
@NullMarked
package io.portolan.api.cli;

import org.jspecify.annotations.NullMarked;
