using System.Text.Json;
using IntunedDashboard.Jobs.Payloads;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace IntunedDashboard.Jobs.Pages;

public sealed partial class PayloadImportSheet : IDisposable
{
    /// <summary>Characters of a text field; what is longer comes as a file.</summary>
    public const int MostPasted = 200_000;

    private const int Piece = 128 * 1024;
    private const int ProgressEvery = 1024 * 1024;

    private readonly CancellationTokenSource _lifetime = new();
    private byte[]? _file;
    private string _text = string.Empty;
    private string? _api;
    private string? _fault;
    private string? _progress;
    private PayloadImport? _import;
    private int _reading;

    [Inject]
    public required Toasts Toasts { get; init; }

    [Parameter]
    [EditorRequired]
    public required JobForm Form { get; set; }

    [Parameter]
    public bool Open { get; set; }

    [Parameter]
    public EventCallback<bool> OpenChanged { get; set; }

    private bool IsEmpty => _import is not { Rows.Count: > 0 };

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    protected override void OnParametersSet() => _api ??= Form.Apis.Count > 0 ? Form.Apis[0] : null;

    /// <summary>The browser sends a file in pieces, so its size is no matter of the connection's limit for one message.</summary>
    private async Task ReadFileAsync(InputFileChangeEventArgs chosen)
    {
        (_fault, _import, _file, _text) = (null, null, null, string.Empty);
        var mine = ++_reading;
        if (chosen.File.Size > PayloadReader.LargestFile)
        {
            _fault = $"{chosen.File.Name} has {Size(chosen.File.Size)}; {Size(PayloadReader.LargestFile)} are allowed.";
            return;
        }

        try
        {
            var bytes = new byte[chosen.File.Size];
            await using var stream = chosen.File.OpenReadStream(PayloadReader.LargestFile, _lifetime.Token);
            var shown = 0;
            for (var read = 0; read < bytes.Length;)
            {
                var count = await stream.ReadAsync(bytes.AsMemory(read, Math.Min(Piece, bytes.Length - read)), _lifetime.Token);
                if (count == 0 || mine != _reading)
                {
                    return;
                }

                read += count;
                if (read - shown >= ProgressEvery)
                {
                    shown = read;
                    _progress = $"{Size(read)} of {Size(bytes.Length)} have arrived.";
                    StateHasChanged();
                }
            }

            _file = bytes;
            await ReadAsync();
        }
        catch (IOException)
        {
            _fault = "The file could not be read to its end. Choose it again.";
        }
        finally
        {
            _progress = null;
        }
    }

    private async Task ReadTextAsync(ChangeEventArgs change)
    {
        _text = change.Value as string ?? string.Empty;
        (_fault, _file, _import) = (null, null, null);
        if (_text.Trim().Length > 0)
        {
            await ReadAsync();
        }
    }

    private async Task ChooseApiAsync(ChangeEventArgs change)
    {
        _api = change.Value as string;
        if (_import is not null)
        {
            await ReadAsync();
        }
    }

    /// <summary>Not on the page's own thread: a hundred thousand lines take a second.</summary>
    private async Task ReadAsync()
    {
        var mine = ++_reading;
        _progress = "Being read.";
        StateHasChanged();
        var (file, text, apis, api) = (_file, _text, Form.Apis, _api);
        var import = await Task.Run(() => file is null ? PayloadReader.Read(text, apis, api) : PayloadReader.Read(file, apis, api), _lifetime.Token);
        if (mine == _reading)
        {
            (_import, _progress) = (import, null);
        }
    }

    private Task AppendAsync() => IsEmpty ? Task.CompletedTask : CloseAsync(rows => Form.Payload.Append(rows), "Added");

    private Task ReplaceAsync() => CloseAsync(rows => Form.Payload.Replace(rows), "Replaced the payload by");

    private async Task TakeJobAsync(JsonElement job)
    {
        Form.Take(job);
        Toasts.Done("Took everything from the file.");
        await EndAsync();
    }

    private async Task CloseAsync(Action<IEnumerable<PayloadRow>> take, string done)
    {
        var rows = _import!.Rows;
        take(rows);
        Toasts.Done($"{done} {PayloadImportPreview.Count(rows.Count)}.");
        Form.Leave("payload");
        await EndAsync();
    }

    private Task EndAsync()
    {
        (_import, _file, _text, _fault) = (null, null, string.Empty, null);
        return OpenChanged.InvokeAsync(false);
    }

    private static string Size(long bytes) => bytes < 1024 * 1024
        ? $"{Math.Max(1, bytes / 1024)} KiB"
        : $"{(bytes / (1024.0 * 1024)).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} MiB";
}
