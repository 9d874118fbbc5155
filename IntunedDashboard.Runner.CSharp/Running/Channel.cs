using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;

namespace Intuned.Running;

/// <summary>
/// Lines of JSON to the server. A line has left the process when <see cref="Send"/> returns, so that nothing is lost however the
/// process ends. Safe for concurrent use.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the process.
internal sealed class Channel
#pragma warning restore CA1001
{
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private readonly Stream _output;
    private bool _isClosed;

    public Channel(int descriptor)
    {
        if (descriptor == 1)
        {
            _output = Console.OpenStandardOutput();
            return;
        }

        // What an automation starts must not hold the channel open.
        _ = SetDescriptor(descriptor, SetDescriptorFlags, CloseOnExec);
        _output = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    }

    public void Send(JsonObject message)
    {
        var line = Encoding.UTF8.GetBytes(message.ToJsonString(Relaxed) + "\n");
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            try
            {
                _output.Write(line);
                _output.Flush();
            }
            catch (IOException)
            {
                // The server is gone; this process ends when its input does.
                _isClosed = true;
            }
        }
    }

    /// <summary>Tells the server that what was printed until now is complete.</summary>
    public static void MarkEndOfOutput()
    {
        try
        {
            using var error = Console.OpenStandardError();
            error.Write("\u001eend of attempt\u001e\n"u8);
        }
        catch (IOException)
        {
            // The server is gone.
        }
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetDescriptor(int descriptor, int command, int flags);
}
